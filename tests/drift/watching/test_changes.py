"""A change of a part moves its whole, too: it is told once, and of the narrowest segment that explains it."""

import numpy as np

from drift.detection.metrics import Aspect
from drift.detection.segment import Segment
from drift.detection.watch import Alarm, Watched
from drift.watching.changes import Seen, SeenAlarm, list_changes
from drift.watching.segments import SegmentName, WatchedDays
from tests.drift.watching.worlds import FIRST

WHOLE = SegmentName("chat", "prod")
PARTS = [SegmentName("chat", "prod", "", model, is_part=True) for model in ("a", "b", "c")]
OTHER = SegmentName("search", "prod")


def see(
    name: SegmentName, *, day: int = 20, score: float = 0.0, started: int = 18, aspect: Aspect = Aspect.OUTPUT
) -> Seen:
    alarm = Alarm(day, started, score, {}, {aspect: score, Aspect.COST: 1.0}, ())
    scores = [1.0] * day + [score] * (40 - day)
    watched = Watched(tuple(scores), 100.0, (alarm,) if score >= 100 else (), 0)
    return Seen(WatchedDays(name, FIRST, Segment(0, np.ones(40), ())), watched)


def tell(*segments: Seen) -> list[tuple[str | None, str, int, bool | None]]:
    alarms = [SeenAlarm(seen, alarm) for seen in segments for alarm in seen.watched.alarms]
    changes = list_changes(alarms, segments)
    return [(one.told.name.model, one.told.name.service_name, len(one.others), one.is_alone) for one in changes]


def test_a_change_of_one_part_is_told_of_it() -> None:
    assert tell(see(WHOLE, score=200), see(PARTS[0], score=150), see(PARTS[1])) == [("a", "chat", 1, None)]
    assert tell(see(WHOLE), see(PARTS[0], score=150), see(PARTS[1], score=5)) == [("a", "chat", 0, True)]


def test_a_change_of_several_parts_is_told_of_the_whole() -> None:
    seen = see(WHOLE, score=300), see(PARTS[0], score=150), see(PARTS[1], score=150), see(PARTS[2], score=1)
    assert tell(*seen) == [(None, "chat", 2, None)]
    assert tell(see(WHOLE, score=300), see(PARTS[0], score=150), see(PARTS[1], score=50)) == [(None, "chat", 1, None)]


def test_who_came_first_tells_it() -> None:
    assert tell(see(WHOLE, score=300), see(PARTS[0], day=21, score=150)) == [(None, "chat", 1, None)]
    assert tell(see(WHOLE, day=21, score=300), see(PARTS[0], score=150)) == [("a", "chat", 1, None)]


def test_changes_that_began_apart_or_moved_something_else_are_two() -> None:
    assert len(tell(see(WHOLE, score=300), see(PARTS[0], score=150, started=14))) == 2
    assert len(tell(see(WHOLE, score=300), see(PARTS[0], score=150, aspect=Aspect.INPUT))) == 2
    assert len(tell(see(WHOLE, score=300), see(OTHER, score=150))) == 2


def test_a_change_is_alone_where_the_others_stayed_as_they_were() -> None:
    assert tell(see(WHOLE, score=300), see(OTHER, score=2)) == [(None, "chat", 0, True)]
    assert tell(see(WHOLE, score=300), see(OTHER, score=20)) == [(None, "chat", 0, False)]
    assert tell(see(WHOLE, score=300)) == [(None, "chat", 0, None)]
