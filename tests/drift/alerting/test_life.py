"""The life of an alert: what opens, holds, comes back and ends, and that nobody hears too much or too little."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.alerting.life import (
    DAY,
    Manners,
    Quiet,
    Seen,
    Standing,
    Step,
    Telling,
    advance,
    find_due,
    follow,
    live_through,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
RECURS = Manners(cooldown=HOUR, calm=1.5 * MINUTE, patience=DAY, gap=3 * MINUTE, recurs=True)
OPEN = Standing(is_open=True, opened_at=NOW, last_at=NOW)
OVER = replace(OPEN, is_open=False, resolved_at=NOW)


@pytest.mark.parametrize(
    ("seen", "standing", "later", "step"),
    [
        (Seen.HOLDS, None, DAY, Step.OPEN),
        (Seen.OVER, None, DAY, Step.NOTHING),
        (Seen.HOLDS, OPEN, MINUTE, Step.HOLD),
        (Seen.OVER, OPEN, MINUTE, Step.NOTHING),  # one look within bounds is not the end
        (Seen.OVER, OPEN, 2 * MINUTE, Step.RESOLVE),
        (Seen.UNKNOWN, OPEN, 2 * MINUTE, Step.NOTHING),  # no data is not the end
        (Seen.UNKNOWN, OPEN, DAY, Step.RESOLVE),
        (Seen.HOLDS, OVER, 59 * MINUTE, Step.REOPEN),
        (Seen.HOLDS, OVER, HOUR, Step.OPEN),
        (Seen.OVER, OVER, MINUTE, Step.NOTHING),
        (Seen.HOLDS, replace(OVER, is_resolved_by_person=True), MINUTE, Step.HOLD),
        (Seen.HOLDS, replace(OVER, is_resolved_by_person=True), 3 * MINUTE, Step.REOPEN),
        (Seen.HOLDS, replace(OPEN, lasts=False), HOUR, Step.NOTHING),
        (Seen.UNKNOWN, replace(OPEN, lasts=False), DAY, Step.RESOLVE),
        (Seen.HOLDS, replace(OVER, lasts=False), 9 * DAY, Step.NOTHING),
    ],
)
def test_what_becomes_of_an_alert(seen: Seen, standing: Standing | None, later: timedelta, step: Step) -> None:
    assert follow(seen, standing, RECURS, NOW + later) is step


def test_what_cannot_come_back_stays_resolved() -> None:
    assert follow(Seen.HOLDS, OVER, Manners(), NOW + 9 * DAY) is Step.NOTHING


TOLD = {"told": Telling.OPEN, "told_at": NOW}


@pytest.mark.parametrize(
    ("standing", "manners", "later", "due"),
    [
        (OPEN, Manners(), MINUTE, Telling.OPEN),
        (replace(OPEN, **TOLD), Manners(), MINUTE, Telling.NOTHING),
        (replace(OPEN, is_acknowledged=True), Manners(), MINUTE, Telling.NOTHING),
        (replace(OPEN, muted_until=NOW + HOUR), Manners(), MINUTE, Telling.NOTHING),
        (replace(OPEN, muted_until=NOW + HOUR), Manners(), HOUR, Telling.OPEN),
        (OPEN, Manners(muted_until=NOW + HOUR), MINUTE, Telling.NOTHING),
        (OPEN, Manners(quiet=Quiet(time(11), time(13))), MINUTE, Telling.NOTHING),
        (OPEN, Manners(quiet=Quiet(time(11), time(13))), HOUR, Telling.OPEN),
        (replace(OPEN, resolved_at=NOW), Manners(cooldown=HOUR), MINUTE, Telling.NOTHING),
        (replace(OPEN, resolved_at=NOW), Manners(cooldown=HOUR), HOUR, Telling.OPEN),
        (OVER, Manners(), MINUTE, Telling.NOTHING),  # who never heard that it began need not hear that it is over
        (replace(OVER, **TOLD), Manners(), MINUTE, Telling.RESOLVED),
        (replace(OVER, **TOLD), Manners(quiet=Quiet(time(11), time(13))), MINUTE, Telling.NOTHING),
        (replace(OVER, **TOLD), Manners(), 25 * HOUR, Telling.NOTHING),
        (replace(OVER, told=Telling.OPEN), Manners(), MINUTE, Telling.NOTHING),  # there was nobody to tell
        (replace(OVER, **TOLD, lasts=False), Manners(), MINUTE, Telling.NOTHING),
    ],
)
def test_who_is_told_when(standing: Standing, manners: Manners, later: timedelta, due: Telling) -> None:
    assert find_due(standing, manners, NOW + later) is due


@pytest.mark.parametrize(
    ("hours", "clock", "is_quiet"),
    [
        ((22, 6), time(23), True),
        ((22, 6), time(5, 59), True),
        ((22, 6), time(6), False),
        ((22, 6), time(12), False),
        ((9, 17), time(9), True),
        ((9, 17), time(17), False),
        ((9, 9), time(9), False),
    ],
)
def test_quiet_hours_may_go_over_midnight(hours: tuple[int, int], clock: time, *, is_quiet: bool) -> None:
    quiet = Quiet(time(hours[0]), time(hours[1]))
    assert quiet.covers(datetime.combine(NOW.date(), clock, UTC)) is is_quiet


@dataclass(frozen=True)
class Told:
    """A message, when it left, and whether anything kept it back."""

    time: datetime
    what: Telling
    key: int


MANNERS = st.builds(
    Manners,
    cooldown=st.sampled_from([timedelta(0), 10 * MINUTE, HOUR]),
    calm=st.sampled_from([timedelta(0), 1.5 * MINUTE]),
    patience=st.just(20 * MINUTE),
    gap=st.just(3 * MINUTE),
    recurs=st.booleans(),
    muted_until=st.sampled_from([None, NOW + 20 * MINUTE]),
    quiet=st.sampled_from([None, Quiet(time(12, 10), time(12, 40)), Quiet(time(23), time(12, 5))]),
)
LOOKS = st.lists(st.sampled_from([*Seen, Seen.HOLDS, "acknowledge", "resolve"]), min_size=1, max_size=120)


def live(looks: list[Seen | str], manners: Manners, told: list[Told]) -> Iterator[tuple[datetime, Standing | None]]:
    """A look each minute, some by people, as `keeping.py` does it."""
    standing, key = None, 0
    for minute, look in enumerate(looks):
        now = NOW + minute * MINUTE
        if isinstance(look, Seen):
            step = follow(look, standing, manners, now)
            key += step is Step.OPEN
            standing = advance(standing, step, now)
        elif standing and standing.is_open and look == "resolve":
            standing = replace(standing, is_open=False, resolved_at=now, is_resolved_by_person=True)
        elif standing and standing.is_open:
            standing = replace(standing, is_acknowledged=True)
        if standing and (due := find_due(standing, manners, now)):
            told.append(Told(now, due, key))
            standing = replace(standing, told=due, told_at=now)
        yield now, standing


@given(LOOKS, MANNERS)
def test_targets_hear_of_each_beginning_once_and_of_its_end(looks: list[Seen | str], manners: Manners) -> None:
    told: list[Told] = []
    list(live(looks, manners, told))
    for key in {each.key for each in told}:
        own = [each.what for each in told if each.key == key]
        assert own == [Telling.OPEN, Telling.RESOLVED] * (len(own) // 2) + [Telling.OPEN] * (len(own) % 2)


@given(LOOKS, MANNERS)
def test_nobody_is_told_while_it_is_muted_or_quiet(looks: list[Seen | str], manners: Manners) -> None:
    told: list[Told] = []
    list(live(looks, manners, told))
    assert not any(manners.muted_until and each.time < manners.muted_until for each in told)
    assert not any(manners.quiet and manners.quiet.covers(each.time) for each in told)


@given(LOOKS, MANNERS)
def test_between_an_end_and_the_next_beginning_lies_the_cooldown(looks: list[Seen | str], manners: Manners) -> None:
    told: list[Told] = []
    ends: list[datetime] = []
    for now, standing in live(looks, manners, told):
        if standing and not standing.is_open and standing.resolved_at == now:
            ends.append(now)
    for each in told:
        if each.what is Telling.OPEN:
            assert not any(timedelta(0) <= each.time - end < manners.cooldown for end in ends)


@given(LOOKS)
def test_what_holds_and_nobody_keeps_back_is_told_at_once(looks: list[Seen | str]) -> None:
    told: list[Told] = []
    for now, standing in live(looks, Manners(cooldown=timedelta(0), recurs=True), told):
        if standing and standing.is_open and not standing.is_acknowledged:
            assert standing.told is Telling.OPEN
            assert standing.told_at is not None
            assert standing.told_at <= now


@given(st.lists(st.sampled_from(Seen), max_size=100))
def test_looking_back_tells_the_same_alerts(looks: list[Seen]) -> None:
    told: list[Told] = []
    manners = Manners(cooldown=timedelta(0), calm=1.5 * MINUTE, patience=20 * MINUTE, recurs=True)
    list(live(list(looks), manners, told))
    spans = live_through([(NOW + minute * MINUTE, seen) for minute, seen in enumerate(looks)], manners)
    assert [start for start, _ in spans] == [each.time for each in told if each.what is Telling.OPEN]
    assert [end for _, end in spans if end] == [each.time for each in told if each.what is Telling.RESOLVED]
