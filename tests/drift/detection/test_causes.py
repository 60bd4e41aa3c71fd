"""What moved and what the ledger saw give two causes, the likelier first."""

import pytest

from drift.detection.causes import PATTERNS, Cause, Seen, find_causes
from drift.detection.metrics import Aspect, Family
from drift.detection.watch import Alarm, Move

MUCH, NONE = 1e6, 0.5


def make_alarm(*moved: Aspect, known: tuple[Aspect, ...] = tuple(Aspect)) -> Alarm:
    aspects = {aspect: MUCH if aspect in moved else NONE for aspect in known}
    move = Move("output_length", "", Family.OUTPUT, 40, 1.0, 0.2, 5.0, 5.2)
    return Alarm(42, 40, MUCH, {Family.OUTPUT: 1.0}, aspects, (move,))


@pytest.mark.parametrize(
    ("moved", "cause"),
    [
        ((Aspect.OUTPUT,), Cause.MODEL),
        ((Aspect.OUTPUT, Aspect.COST), Cause.MODEL),
        ((Aspect.INPUT,), Cause.USERS),
        ((Aspect.INPUT, Aspect.COST), Cause.USERS),
        ((Aspect.CONTEXT,), Cause.RETRIEVAL),
        ((Aspect.CONTEXT, Aspect.OUTPUT), Cause.RETRIEVAL),
        ((Aspect.CONTEXT, Aspect.JUDGED), Cause.RETRIEVAL),
        ((Aspect.GIVEN,), Cause.FEEDBACK_WIDGET),
        ((Aspect.GIVEN, Aspect.JUDGED), Cause.FEEDBACK_WIDGET),
        ((Aspect.SPEED,), Cause.INFRASTRUCTURE),
        ((Aspect.OUTPUT, Aspect.CONTEXT, Aspect.SPEED, Aspect.COST), Cause.INFRASTRUCTURE),
    ],
)
def test_what_moved_says_the_cause(moved: tuple[Aspect, ...], cause: Cause) -> None:
    first, second = find_causes(make_alarm(*moved))
    assert first.cause is cause
    assert first.share >= second.share > 0
    assert first.sentence.endswith(".")


def test_what_the_ledger_saw_comes_first() -> None:
    seen = Seen(Cause.SYSTEM_PROMPT, 40, "the system prompt changed")
    first, second = find_causes(make_alarm(Aspect.OUTPUT), [seen])
    assert first.cause is Cause.SYSTEM_PROMPT
    assert first.seen == (seen,)
    assert first.sentence == "The ledger saw: the system prompt changed. Since then output length moved."
    assert second.cause is Cause.MODEL


@pytest.mark.parametrize("day", [36, 43, 100])
def test_what_the_ledger_saw_at_another_time_is_no_cause(day: int) -> None:
    seen = Seen(Cause.SYSTEM_PROMPT, day, "the system prompt changed")
    assert find_causes(make_alarm(Aspect.OUTPUT), [seen]) == find_causes(make_alarm(Aspect.OUTPUT))


def test_what_the_ledger_saw_does_not_explain_what_it_cannot_have_moved() -> None:
    seen = Seen(Cause.FEEDBACK_WIDGET, 40, "a new widget")
    assert find_causes(make_alarm(Aspect.OUTPUT), [seen])[0].cause is Cause.MODEL


def test_an_app_whose_prompts_are_not_watched_may_have_changed_them() -> None:
    def share(watched: frozenset[Cause]) -> float:
        causes = {one.cause: one.share for one in find_causes(make_alarm(Aspect.OUTPUT), watched=watched)}
        return causes.get(Cause.SYSTEM_PROMPT, 0.0)

    assert share(frozenset()) > 2 * share(frozenset({Cause.SYSTEM_PROMPT}))


def test_what_moves_in_one_segment_alone_is_rather_a_deploy() -> None:
    alarm = make_alarm(Aspect.OUTPUT, Aspect.SPEED)
    alone, together = (
        {one.cause: one.share for one in find_causes(alarm, is_alone=is_alone)}.get(Cause.MODEL, 0.0)
        for is_alone in (True, False)
    )
    assert alone < together


def test_nothing_known_gives_two_causes_all_the_same() -> None:
    assert len(find_causes(make_alarm(known=()))) == 2


def test_each_cause_has_a_pattern_with_all_aspects() -> None:
    assert {pattern.cause for pattern in PATTERNS} == set(Cause)
    assert all(set(pattern.moves) == set(Aspect) for pattern in PATTERNS)
