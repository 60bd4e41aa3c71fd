"""Segments as the latest pass saw them come in, with their alarms; how each stands, in a sentence, goes out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from drift.detection.series import LEARNING, LEARNING_WEEKS, WEEK
from drift.pages.alarms import Alarm, tell_moves, write_day
from drift.pages.measures import name_family
from drift.watching.outlooks import SegmentOutlook
from feedback.pages.observations import State as Shape

SHOWN = 6
"""Of many segments so many are listed; the others can be unfolded."""
BY_WEEKS = "It has few conversations, so weeks are judged, not days."
URGENCY = {"drifts": 0, "may drift": 1}
"""What is listed before the rest."""
RECENT = timedelta(days=14)
"""So long a change that was accepted is still told."""
POINTS = 60
"""A line of evidence has at most so many; of more days each stands for the highest of several."""
WIDTH, HEIGHT = 100.0, 24.0
"""The box of the line of evidence; its upper edge is an alarm."""


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment in the list, and at the head of its own part of the page."""

    key: str
    words: str
    is_part: bool
    shape: Shape | None
    state: str
    sentence: str
    note: str
    """Where days are not judged one by one."""
    evidence: str
    """A path in a box of 100 by 24; empty while nothing is judged."""
    evidence_words: str
    known_days: int
    needed_days: int
    """0 where it has learnt."""
    alarm: int | None
    """Its open alarm."""


def list_segments(segments: Sequence[SegmentOutlook], alarms: Sequence[Alarm], until: date) -> list[SegmentRow]:
    """What drifts first, then what may; else the busiest first, as they come. Parts stand below their whole."""
    rows = {
        each.name: show_segment(each, [alarm for alarm in alarms if each.name.key in alarm.segment_keys], until)
        for each in segments
    }
    order: dict[tuple[str, str], tuple[int, int]] = {}
    for place, (name, row) in enumerate(rows.items()):
        urgency = URGENCY.get(row.state, len(URGENCY))
        known = order.get(name.whole, (urgency, place))
        order[name.whole] = min(known[0], urgency), known[1]
    return [rows[name] for name in sorted(rows, key=lambda name: (*order[name.whole], name.is_part))]


def show_segment(segment: SegmentOutlook, alarms: Sequence[Alarm], until: date) -> SegmentRow:
    """`alarms` are its own, the latest first."""
    opened = next((alarm for alarm in alarms if alarm.is_open), None)
    state, shape, sentence = tell_state(segment, opened, alarms, until)
    is_learning, is_weekly = state == "learning", segment.step_days > 1
    needed = max(LEARNING_WEEKS * WEEK if is_weekly else LEARNING, segment.learning)
    return SegmentRow(
        key=segment.name.key,
        words=segment.name.words,
        is_part=segment.name.is_part,
        shape=shape,
        state=state,
        sentence=sentence,
        note=BY_WEEKS if is_weekly else "",
        evidence="" if is_learning else trace_evidence(segment.scores, segment.bound),
        evidence_words=tell_evidence(segment.scores, segment.bound),
        known_days=needed - segment.learning if is_learning else 0,
        needed_days=needed if is_learning else 0,
        alarm=opened.number if opened else None,
    )


def tell_state(
    segment: SegmentOutlook, opened: Alarm | None, alarms: Sequence[Alarm], until: date
) -> tuple[str, Shape | None, str]:
    """A word, a shape and a sentence."""
    if opened is not None:
        return (
            "drifts",
            "bad",
            f"Drifts since {write_day(opened.started)}: {tell_moves(opened.moves) or 'figures moved'}.",
        )
    if segment.learning > 0:
        return "learning", None, tell_learning(segment.learning, until)
    if segment.state == "warning":
        return "may drift", "unsure", tell_warning(segment)
    return "no drift", "good", " ".join(filter(None, ["Watched; nothing drifts.", tell_latest(alarms, until)]))


def tell_learning(missing: int, until: date) -> str:
    """
    >>> tell_learning(9, date(2026, 11, 3))
    'Learns what is usual: 9 more days. Watched from 13 November 2026 on.'
    """
    begins = until + timedelta(days=missing + 1)
    return (
        f"Learns what is usual: {missing} more day{'' if missing == 1 else 's'}. Watched from {write_day(begins)} on."
    )


def tell_warning(segment: SegmentOutlook) -> str:
    """Which family holds most of the evidence."""
    latest = {name: find_last(values) or 0.0 for name, values in segment.families.items()}
    family = max(latest, key=lambda name: latest[name], default="")
    where = f" in “{name_family(family)}”" if family else ""
    return f"Something may be moving{where}. It is not enough for an alarm yet."


def tell_latest(alarms: Sequence[Alarm], until: date) -> str:
    """What was over of late; empty for nothing."""
    closed = next((alarm for alarm in alarms if alarm.closed and until - alarm.closed <= RECENT), None)
    if closed is None:
        return ""
    since = f"The change of {write_day(closed.started)}"
    return f"{since} is over." if closed.state == "gone" else f"{since} is its new normal."


def find_last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def find_height(score: float | None, bound: float) -> float:
    """How far evidence is on its way to an alarm, from 0 to 1; it grows by leaps, so on a scale of logarithms.

    >>> find_height(0.0, 1000.0), find_height(1000.0, 1000.0), find_height(None, 1000.0)
    (0.0, 1.0, 0.0)
    """
    if score is None or math.isnan(score) or score <= 0:
        return 0.0
    return min(1.0, math.log1p(score) / math.log1p(max(bound, 1e-9)))


def trace_evidence(scores: Sequence[float | None], bound: float) -> str:
    """A line over the days."""
    wide = max(1, -(-len(scores) // POINTS))
    heights = [
        find_height(max((score or 0.0 for score in scores[at : at + wide]), default=0.0), bound)
        for at in range(0, len(scores), wide)
    ]
    step = WIDTH / max(len(heights) - 1, 1)
    points = [f"{at * step:.1f} {HEIGHT - 1 - (HEIGHT - 2) * height:.1f}" for at, height in enumerate(heights)]
    return "M" + "L".join(points) if points else ""


def tell_evidence(scores: Sequence[float | None], bound: float) -> str:
    last = find_last(scores) or 0.0
    if last >= bound:
        return "Evidence: enough for an alarm"
    return f"Evidence: {100 * last / max(bound, 1e-9):.0f} % of what an alarm takes"
