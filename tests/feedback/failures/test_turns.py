"""Which turn of a conversation failed, and how: by what users said where they were dissatisfied, by errors anywhere."""

import pytest

from feedback.detectors.signal import Confirmation, Evidence, Polarity, Signal
from feedback.failures.turns import FailingTurn, find_failing_turn

UNHAPPY, HAPPY = 0.9, 0.1


def signal(
    kind: str, target: int, score: float = 0.9, *, label: str = "", fired: bool = True, polarity: Polarity = -1
) -> Signal:
    return Signal(kind, target + 1, score, 1, fired, polarity, "test", "1", Evidence(""), label, target)


def rejected(kind: str, target: int) -> Signal:
    told = signal(kind, target)
    return Signal(
        **{name: getattr(told, name) for name in Signal.__slots__ if name != "confirmation"},
        confirmation=Confirmation("rejected", "bo@example.org", 1),
    )


def test_the_turn_with_the_most_evidence_failed() -> None:
    signals = [signal("complaint", 0), signal("rephrase", 2, 0.6), signal("complaint", 2, 0.7, label="factual")]
    assert find_failing_turn(signals, UNHAPPY) == FailingTurn(2, "answer", ("complaint/factual", "rephrase"))


def test_of_equal_turns_the_latest_failed() -> None:
    assert find_failing_turn([signal("complaint", 0), signal("complaint", 3)], UNHAPPY).turn_index == 3  # type: ignore[union-attr]


def test_what_broke_stands_before_what_users_say_of_it() -> None:
    signals = [signal("complaint", 1), signal("tool_failure", 1, 0.6, label="error")]
    assert find_failing_turn(signals, UNHAPPY) == FailingTurn(1, "tools", ("tool_failure/error", "complaint"))


@pytest.mark.parametrize(
    ("kind", "fails"), [("error", True), ("tool_failure", True), ("complaint", False), ("refusal", False)]
)
def test_where_users_were_content_only_what_is_certain_is_a_failure(kind: str, fails: bool) -> None:
    assert (find_failing_turn([signal(kind, 0)], HAPPY) is not None) == fails


def test_a_tool_that_worked_in_the_end_failed_only_those_who_are_dissatisfied() -> None:
    mended = signal("tool_failure", 0, 0.6, label="error")
    assert find_failing_turn([mended], HAPPY) is None
    assert find_failing_turn([mended], UNHAPPY) == FailingTurn(0, "tools", ("tool_failure/error",))


def test_who_left_after_a_complaint_left_because_of_what_was_complained_about() -> None:
    left = signal("abandonment", 1)
    assert find_failing_turn([signal("complaint", 0, 0.5), left], UNHAPPY).turn_index == 0  # type: ignore[union-attr]
    assert find_failing_turn([left], UNHAPPY) == FailingTurn(1, "answer", ("abandonment",))


@pytest.mark.parametrize(("label", "turn"), [("tone", 1), ("complaint", 1), ("refusal", 2), ("stopped", 2)])
def test_who_left_after_a_bad_word_was_failed_by_the_answer_before_it(label: str, turn: int) -> None:
    left = signal("abandonment", 2, label=label)
    assert find_failing_turn([left], UNHAPPY) == FailingTurn(turn, "answer", (f"abandonment/{label}",))


def test_what_does_not_fire_tells_where_a_dissatisfied_user_was_failed() -> None:
    suspected = signal("complaint", 0, 0.45, fired=False)
    assert find_failing_turn([suspected, signal("abandonment", 1)], UNHAPPY) == FailingTurn(0, "answer", ("complaint",))
    assert find_failing_turn([suspected], HAPPY) is None


@pytest.mark.parametrize(
    "signal_",
    [
        signal("complaint", 0, 0.35, fired=False),
        signal("tool_failure", 0, 0.45, fired=False),
        signal("refusal", 0, 0.45, fired=False),
        signal("praise", 0, polarity=1),
        signal("thumbs", 0, polarity=1),
        rejected("complaint", 0),
        rejected("error", 0),
    ],
)
def test_what_is_weak_good_or_rejected_is_no_failure(signal_: Signal) -> None:
    assert find_failing_turn([signal_], UNHAPPY) is None


def test_names_are_those_that_are_sure_if_there_are_any() -> None:
    signals = [signal("complaint", 0, 0.8), signal("correction", 0, 0.5, fired=False)]
    assert find_failing_turn(signals, UNHAPPY) == FailingTurn(0, "answer", ("complaint",))
