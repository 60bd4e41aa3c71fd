"""What people read of the failure modes of a project is written anew: titles, one line, terms, lift, slices, examples.

All modes are described together, for a name is what sets one apart from the others. This takes seconds where there is
much, so it is done for new modes at once, else as modes grow. What a person named stays named.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from feedback.failure_modes.cases import Case
from feedback.failure_modes.catalogue import NONE
from feedback.failure_modes.clustering import Floats
from feedback.failure_modes.descriptions import Description, choose_named, describe_modes, list_rows, name_signal
from feedback.failure_modes.lift import Ratio
from feedback.failure_modes.slices import Slice
from feedback.failures.catalogues import load_pins
from feedback.failures.figures import load_counts
from feedback.failures.namer import (
    Material,
    Suggestion,
    prove_names,
    read_namer,
    read_suggestion,
    suggest_names,
    tell_suggestion,
    waits,
)
from feedback.failures.records import unpack_vectors
from feedback.failures.slices_of import Place, load_slices
from feedback.failures.well_turns import WellTurns, load_texts, load_well_turns
from feedback.judging.rounds import count_left
from feedback.models import FailureCatalogue, FailureMode
from tracing.store import Store

MOST_MEMBERS, MOST_OF_MODE, MOST_REST = 10_000, 1_000, 2_000
"""Failing turns that are looked at: the latest of each mode, and a sample of those in none."""
READ_CHARACTERS = 200
"""Of the start and of the end of each text."""
GROWTH = 0.2
"""A share by which a mode has to grow, or shrink, to be described anew before its time."""
SMALL, SMALL_WAIT, WAIT, LONGEST_WAIT = 5_000, timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)
"""So long after the last time a project of so many failing turns is described anew where a mode has grown so much, a
larger one, and any where a mode has changed at all."""
MOST_CHARACTERS = 200
"""Of a model's name."""
NOTHING_SAID = {"request": "", "answer": "", "reaction": ""}

Modes = Mapping[int, FailureMode]


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Failing turns that are looked at, and the modes that they are in."""

    places: Sequence[Place]
    numbers: Sequence[int]
    families: Sequence[str]
    signals: Sequence[Sequence[str]]
    vectors: Floats
    hashes: Sequence[int]
    verified: Sequence[bool]
    """Of which people said that they belong to their modes."""


def describe_modes_of(store: Store, project_id: int, now: datetime) -> None:
    """Write what people read of each mode of a project, if it is time."""
    modes = {mode.number: mode for mode in FailureMode.objects.filter(project_id=project_id, merged_into=None)}
    counts = count_members(store, project_id, modes)
    said = {key: pin.number for key, pin in load_pins(project_id).items() if pin.number in modes}
    verified = Counter(said.values())
    if not is_due(project_id, modes, counts, verified, now):
        return
    members, well = load_members_of(store, project_id, modes, said), load_well_turns(store, project_id, now)
    failing, went_well = read_cases(store, project_id, members, well)
    found = describe_modes(
        members.numbers,
        failing,
        members.vectors,
        went_well,
        well.stack_vectors(),
        counts,
        [each <= well.reach for each in members.hashes],
        members.verified,
    )
    rows = list_rows(members.numbers)
    of_people = {row for row, each in enumerate(members.verified) if each}
    named = {number: choose_named(own, of_people) for number, own in rows.items()}
    material = Material(found, rows, failing, members.vectors, named)
    suggestions = suggest(project_id, modes, material)
    proven = prove_names(material, suggestions)
    told = {
        each.number: tell(each, members.places, material, suggestions.get(each.number), proven.get(each.number))
        for each in found
    }
    write(project_id, modes, told, verified, now)


def suggest(project_id: int, modes: Modes, material: Material) -> dict[int, Suggestion]:
    """By mode what a language model calls it, where one is asked."""
    plan = read_namer(project_id)
    if plan is None:
        return {}
    kept = {number: read_suggestion(mode.description) for number, mode in modes.items()}
    return suggest_names(project_id, plan, material, {number: each for number, each in kept.items() if each})


def count_members(store: Store, project_id: int, modes: Modes) -> dict[int, int]:
    """By mode how many conversations it has; those of modes that are not known are in none."""
    counts: Counter[int] = Counter()
    for number, count in load_counts(store, project_id).items():
        counts[number if number in modes else NONE] += count
    return dict(counts)


def is_due(
    project_id: int, modes: Modes, counts: Mapping[int, int], verified: Mapping[int, int], now: datetime
) -> bool:
    """`verified` has, by mode, of how many conversations people said that they belong."""
    pairs = [(mode.description.get("count", 0), counts.get(number, 0)) for number, mode in modes.items()]
    described = FailureCatalogue.objects.filter(project_id=project_id).values_list("described_at", flat=True).first()
    if described is None or any(count and not before for before, count in pairs):
        return any(count for _, count in pairs)
    is_told = any(mode.description.get("verified", 0) != verified.get(number, 0) for number, mode in modes.items())
    if is_told or any(abs(count - before) >= GROWTH * before for before, count in pairs if count != before):
        return now - described >= (SMALL_WAIT if sum(counts.values()) <= SMALL else WAIT)
    if now - described >= LONGEST_WAIT and any(before != count for before, count in pairs):
        return True
    return now - described >= WAIT and do_names_wait(project_id, modes, counts)


def do_names_wait(project_id: int, modes: Modes, counts: Mapping[int, int]) -> bool:
    """Whether a language model may be asked now for the name of a mode."""
    plan = read_namer(project_id)
    if plan is None or len(modes) < 2 or not count_left(plan, project_id):
        return False
    return any(waits(read_suggestion(mode.description), plan, counts.get(number, 0)) for number, mode in modes.items())


def load_members_of(store: Store, project_id: int, modes: Modes, said: Mapping[str, int]) -> Members:
    """`said` has the modes of conversations of which people said that they belong there."""
    found = store.query_columns(
        "feedback/sql/failing_turns_to_describe.sql",
        project_id=project_id,
        verified=sorted(said)[:MOST_MEMBERS],
        members=min(MOST_OF_MODE, MOST_MEMBERS // max(1, len(modes))),
        rest=MOST_REST,
    )
    return Members(
        places=list(zip(found["conversation_id"], found["turn_index"], strict=True)),
        numbers=[number if number in modes else NONE for number in found["mode"]],
        families=found["family"],
        signals=found["signals"],
        vectors=unpack_vectors(found["vector"]),
        hashes=found["hash"],
        verified=[
            said.get(key, NONE) == number != NONE
            for key, number in zip(found["conversation_id"], found["mode"], strict=True)
        ],
    )


def read_cases(store: Store, project_id: int, members: Members, well: WellTurns) -> tuple[list[Case], list[Case]]:
    """With texts, empty where they are gone meanwhile, and slices: the failing turns, and those that went well."""
    texts = load_texts(store, project_id, members.places, READ_CHARACTERS)
    places = dict([*(each.place for each in well.turns), *members.places])
    slices = load_slices(store, project_id, list(places.items()))
    failing = []
    for place, family, signals in zip(members.places, members.families, members.signals, strict=True):
        said = texts.get(place, NOTHING_SAID)
        case = Case(place[0], said["request"], said["answer"], said["reaction"], family, signals=tuple(signals))
        failing.append(replace(case, slices=slices.get(place[0], {})))
    return failing, [replace(each.case, slices=slices.get(each.case.conversation_id, {})) for each in well.turns]


@dataclass(frozen=True, slots=True)
class Told:
    """A title, a line, the language model that found them if one did, and all else as JSON takes it."""

    title: str
    line: str
    namer: str
    description: dict[str, Any]


def tell(
    found: Description,
    places: Sequence[Place],
    material: Material,
    suggestion: Suggestion | None,
    proven: Suggestion | None,
) -> Told:
    cases = [material.failing[row] for row in material.rows[found.number]]
    named_from = len(material.named[found.number])
    kinds = Counter(kind for case in cases for kind in {each.partition("/")[0] for each in case.signals})
    description = {
        "count": found.count,
        "looked_at": len(cases),
        "signal": found.signal,
        "signals": sorted(kinds.items(), key=lambda each: (-each[1], each[0])),
        "terms": [asdict(each) for each in found.name.terms],
        "lift": tell_ratio(found.lift.ratio) | {"p": found.lift.p, "is_claimed": found.lift.is_claimed},
        "slices": [tell_slice(each) for each in found.slices],
        "examples": {
            "central": [tell_place(places[row]) for row in found.central],
            "edge": [tell_place(places[row]) for row in found.edge],
        },
        "suggestion": tell_suggestion(suggestion) if suggestion else None,
        "named_from_reviewed": named_from if named_from < len(cases) else 0,
    }
    if proven is None:
        return Told(found.title, found.line, "", description)
    title = " · ".join(each for each in (name_signal(found.signal), proven.title) if each)
    return Told(title, f"{proven.line} {found.line}".strip(), proven.model, description)


def tell_slice(found: Slice) -> dict[str, Any]:
    shares = {"name": found.name, "value": found.value, "within": found.within, "elsewhere": found.elsewhere}
    return shares | tell_ratio(found.ratio) | {"p": found.p}


def tell_ratio(ratio: Ratio) -> dict[str, float]:
    return {"ratio": ratio.value, "low": ratio.low, "high": ratio.high}


def tell_place(place: Place) -> dict[str, Any]:
    return {"conversation_id": place[0], "turn_index": place[1]}


@transaction.atomic
def write(project_id: int, modes: Modes, found: Mapping[int, Told], verified: Mapping[int, int], now: datetime) -> None:
    """Keep what was found. A mode without members keeps what was told of it, but for how many they are."""
    for number, mode in modes.items():
        told, known = found.get(number), {"verified": verified.get(number, 0)}
        values = (
            {"description": {**mode.description, "count": 0, **known}}
            if told is None
            else {
                "found_title": told.title,
                "found_line": told.line,
                "namer": told.namer[:MOST_CHARACTERS],
                "description": {**told.description, **known},
            }
        )
        FailureMode.objects.filter(pk=mode.pk).update(**values)
    FailureCatalogue.objects.update_or_create(project_id=project_id, defaults={"described_at": now})
