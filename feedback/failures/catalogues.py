"""The catalogues of projects in Django's tables: what `feedback.failure_modes.catalogue` finds, kept from run to run.

Where a catalogue and rows of ClickHouse change together, no transaction holds both. So what the rows are to become is
saved with the catalogue, and carried out after it: whoever finds it saved carries it out first, and to do so twice
changes nothing. All that changes failing turns holds the stage `FAILURES` and carries out before.
"""

import io
from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from typing import Any

import numpy as np
from django.db import transaction

from feedback.failure_modes.catalogue import APART, Catalogue, Examples, Mode
from feedback.failure_modes.pins import Pin
from feedback.failures.merges import follow_merges, load_merges
from feedback.failures.records import place_conversations
from feedback.models import FailureCatalogue
from tracing.store import Store


@dataclass(frozen=True, slots=True)
class Progress:
    """Up to which version of rows failing turns in no mode were looked at, and whether any are to be moved still."""

    sought_version: int = 0
    is_cut_off: bool = False


def load_catalogue(project_id: int) -> Catalogue:
    """An empty one where there is none yet."""
    kept = FailureCatalogue.objects.filter(project_id=project_id).first()
    return read_catalogue(bytes(kept.archive)) if kept and kept.archive else Catalogue()


@transaction.atomic
def save_catalogue(
    project_id: int,
    catalogue: Catalogue,
    places: Mapping[str, int] | None = None,
    sought_version: int | None = None,
    pins: Mapping[str, Pin] | None = None,
    reviews_mark: str | None = None,
) -> None:
    """Keep a catalogue, with the modes (by number) to which `carry_out` is to move failing turns (by conversation).
    What is not told stays."""
    kept, _ = FailureCatalogue.objects.select_for_update().get_or_create(project_id=project_id)
    kept.archive = tell_catalogue(catalogue)
    kept.places = {**kept.places, **(places or {})}
    kept.sought_version = kept.sought_version if sought_version is None else sought_version
    kept.pins = kept.pins if pins is None else {key: astuple(pin) for key, pin in pins.items()}
    kept.reviews_mark = kept.reviews_mark if reviews_mark is None else reviews_mark
    kept.save(update_fields=["archive", "places", "sought_version", "pins", "reviews_mark"])


def load_progress(project_id: int) -> Progress:
    kept = FailureCatalogue.objects.filter(project_id=project_id).only("sought_version", "places").first()
    return Progress(kept.sought_version, bool(kept.places)) if kept else Progress()


def load_pins(project_id: int) -> dict[str, Pin]:
    """Where people said that conversations belong, by conversation; modes that became one are one."""
    kept = FailureCatalogue.objects.filter(project_id=project_id).values_list("pins", flat=True).first()
    if not kept:
        return {}
    merges, pins = load_merges(project_id), {key: Pin(*values) for key, values in kept.items()}
    return {
        key: replace(pin, number=follow_merges(merges, pin.number), was=follow_merges(merges, pin.was))
        for key, pin in pins.items()
    }


def load_reviews_mark(project_id: int) -> str:
    """Of the reviews that were followed last; empty where there were none yet."""
    kept = FailureCatalogue.objects.filter(project_id=project_id).values_list("reviews_mark", flat=True).first()
    return kept or ""


def carry_out(store: Store, project_id: int) -> None:
    """Move the failing turns that were to be moved when the catalogue was saved."""
    kept = FailureCatalogue.objects.filter(project_id=project_id).exclude(places={}).first()
    if kept is None:
        return
    place_conversations(store, project_id, kept.places)
    FailureCatalogue.objects.filter(pk=kept.pk).update(places={})


def tell_catalogue(catalogue: Catalogue) -> bytes:
    """As an archive of NumPy's arrays, without objects of Python."""
    examples = [(mode.number, each) for mode in catalogue.modes for each in mode.examples]
    splits = [(mode.number, number) for mode in catalogue.modes for number in sorted(mode.split_from)]
    arrays: dict[str, Any] = {
        "modes": np.array([mode.number for mode in catalogue.modes], np.int64),
        "borders": np.array([mode.border for mode in catalogue.modes], np.float64),
        "splits": np.array(splits, np.int64).reshape(-1, 2),
        "owners": np.array([number for number, _ in examples], np.int64),
        "kinds": np.array([each.kind for _, each in examples], np.str_),
        "counts": np.array([each.count for _, each in examples], np.int64),
        "means": np.array([each.mean for _, each in examples], np.float32),
        "numbers": np.array([catalogue.next_number, catalogue.seen], np.int64),
    }
    if catalogue.sum is not None:
        arrays["sum"] = catalogue.sum
    archive = io.BytesIO()
    np.savez(archive, **arrays)
    return archive.getvalue()


def read_catalogue(archive: bytes) -> Catalogue:
    """What `tell_catalogue` told, to the last digit."""
    with np.load(io.BytesIO(archive), allow_pickle=False) as found:
        arrays = {name: found[name] for name in found.files}
    examples: dict[int, list[Examples]] = {number: [] for number in arrays["modes"].tolist()}
    for owner, kind, count, mean in zip(
        arrays["owners"].tolist(), arrays["kinds"].tolist(), arrays["counts"].tolist(), arrays["means"], strict=True
    ):
        examples[owner].append(Examples(kind, count, mean))
    splits = arrays["splits"].tolist()
    borders = arrays.get("borders", np.full(len(examples), APART)).tolist()  # older archives have none
    modes = tuple(
        Mode(number, tuple(own), frozenset(other for one, other in splits if one == number), border)
        for (number, own), border in zip(examples.items(), borders, strict=True)
    )
    next_number, seen = arrays["numbers"].tolist()
    return Catalogue(modes, next_number, arrays.get("sum"), seen)
