"""The detectors of a project as pages and REST tell them: what each is, how the project has it work, what it heard."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from feedback.detectors import DETECTORS
from feedback.models import DetectorSetting, Listening
from feedback.teaching import Taught, load_taught
from feedback.tunings import load_tuning, set_detector
from tracing.kept_queries import prepare_kept
from tracing.store import Store
from tracing.together import ask_together

DAYS = 7
DAY_NS = 86_400 * 10**9
KINDS = frozenset(detector.kind for detector in DETECTORS)


@dataclass(frozen=True, slots=True)
class ListedDetector:
    """A detector; `signals` and `fired` are those of the last seven days."""

    kind: str
    title: str
    what: str
    version: str
    is_on: bool
    threshold: float | None
    """None leaves it to the detector."""
    signals: int
    fired: int
    is_followed: bool
    """Whether the threshold was taken from what people said of signals."""
    taught: Taught


def list_detectors(store: Store, project_id: int) -> list[ListedDetector]:
    """Every detector, in the order of the registry."""
    since_ns = time.time_ns() - DAYS * DAY_NS
    path = "feedback/sql/fired_by_kind.sql"
    taught, rows = ask_together(
        partial(load_taught, store, project_id, load_tuning(project_id).thresholds),
        prepare_kept(store, path, project_id=project_id, now_ns=since_ns, moving=("since_ns",), since_ns=since_ns),
    )
    counts = {row["kind"]: (row["signals"], row["fired"]) for row in rows}
    settings = {each.kind: each for each in DetectorSetting.objects.filter(project_id=project_id)}
    return [
        ListedDetector(
            kind=each.kind,
            title=each.title,
            what=each.what,
            version=each.version,
            is_on=settings[each.kind].is_on if each.kind in settings else True,
            threshold=settings[each.kind].threshold if each.kind in settings else None,
            signals=counts.get(each.kind, (0, 0))[0],
            fired=counts.get(each.kind, (0, 0))[1],
            is_followed=settings[each.kind].is_followed if each.kind in settings else False,
            taught=taught.get(each.kind, Taught()),
        )
        for each in DETECTORS
    ]


def count_waiting(project_id: int) -> int:
    """How many conversations are still to be listened to again."""
    return sum(Listening.objects.filter(project_id=project_id).values_list("waiting", flat=True))


def describe_changes(before: Sequence[ListedDetector], after: Sequence[ListedDetector]) -> dict[str, str]:
    """What was changed, by kind, in words for the audit log."""
    return {
        new.kind: f"{describe_setting(old)} -> {describe_setting(new)}{tell_why(new)}"
        for old, new in zip(before, after, strict=True)
        if (old.is_on, old.threshold) != (new.is_on, new.threshold)
    }


def describe_setting(detector: ListedDetector) -> str:
    state = "on" if detector.is_on else "off"
    return state if detector.threshold is None else f"{state}, fires from {detector.threshold:g}"


def tell_why(detector: ListedDetector) -> str:
    """Of how many words of people a threshold follows that was just taken."""
    suggestion = detector.taught.suggestion
    taken = suggestion and detector.is_followed and suggestion.threshold == detector.threshold
    return f", by {suggestion.judged} verdicts" if suggestion and taken else ""


def follow_confirmations(store: Store, project_id: int) -> dict[str, str]:
    """Take every threshold that is suggested, but where somebody typed one; returns the changes in words."""
    before = list_detectors(store, project_id)
    after = [take_suggestion(each) if each.threshold is None or each.is_followed else each for each in before]
    return save_changes(project_id, before, after)


def take_suggestion(detector: ListedDetector) -> ListedDetector:
    """The detector with the threshold that is suggested; as it is where none is."""
    suggestion = detector.taught.suggestion
    if suggestion is None or suggestion.threshold is None:
        return detector
    return replace(detector, threshold=suggestion.threshold, is_followed=True)


def save_changes(project_id: int, before: Sequence[ListedDetector], after: Sequence[ListedDetector]) -> dict[str, str]:
    """Keep how detectors are to work from now on; returns what changed, by kind, in words."""
    changes = describe_changes(before, after)
    for each in after:
        if each.kind in changes:
            set_detector(
                project_id, each.kind, is_on=each.is_on, threshold=each.threshold, is_followed=each.is_followed
            )
    return changes
