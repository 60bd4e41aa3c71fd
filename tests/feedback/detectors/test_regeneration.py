from collections.abc import Callable
from typing import Any

import pytest

from feedback.detectors.material import Material
from feedback.detectors.regeneration import SCORE_ASKED, SCORE_INFERRED, detect
from feedback.explicit import Feedback
from tracing.conversations import Answer, Conversation

SECOND = 1_000_000_000


def test_a_replaced_answer_is_a_signal_about_that_answer(talk: Callable[..., Conversation]) -> None:
    (signal,) = detect(Material(talk(("why", "old", "new"))))
    assert (signal.turn_index, signal.target) == (0, 0)
    assert (signal.trace_id, signal.span_id) == ("trace-1", "span-1")
    assert (signal.score, signal.fired, signal.polarity) == (SCORE_INFERRED, True, -1)
    assert signal.evidence.reason == "the same message was answered again 30 s later"


def test_every_replaced_answer_counts(talk: Callable[..., Conversation]) -> None:
    assert [s.span_id for s in detect(Material(talk(("why", "1", "2", "3"))))] == ["span-1", "span-2"]


def test_the_button_makes_it_surer(talk: Callable[..., Conversation], feedback: Callable[..., Feedback]) -> None:
    (signal,) = detect(Material(talk(("why", "old", "new")), [feedback("regenerate", span_id="span-1")]))
    assert signal.score == SCORE_ASKED


def test_the_button_is_enough_before_the_new_answer_came(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    asked = [feedback("regenerate", identifier=str(n), span_id="span-1") for n in range(2)]
    (signal,) = detect(Material(talk(("why", "old")), asked))
    assert (signal.score, signal.evidence.reason) == (SCORE_ASKED, "the user asked for another answer")


def test_a_retry_after_an_error_is_not_a_wish(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], feedback: Callable[..., Feedback]
) -> None:
    conversation = talk(("why", answer("", outcome="error"), "new"))
    assert list(detect(Material(conversation, [feedback("regenerate", span_id="span-1")]))) == []


def test_an_attempt_within_a_second_is_a_machine(
    talk: Callable[..., Conversation], answer: Callable[..., Answer]
) -> None:
    first = answer("1", start_time_ns=100 * SECOND)
    second = answer("2", start_time_ns=110 * SECOND + SECOND // 2)
    assert list(detect(Material(talk(("why", first, second))))) == []


def test_samples_drawn_side_by_side_are_a_machine(
    talk: Callable[..., Conversation], answer: Callable[..., Answer]
) -> None:
    first = answer("1", start_time_ns=100 * SECOND)
    second = answer("2", start_time_ns=101 * SECOND)
    assert list(detect(Material(talk(("why", first, second))))) == []


def test_the_app_giving_up_and_trying_again_is_a_machine(
    talk: Callable[..., Conversation], answer: Callable[..., Answer]
) -> None:
    timed_out = answer("1", outcome="stopped", ended_by="timeout")
    assert list(detect(Material(talk(("why", timed_out, "2"))))) == []


def test_asking_something_else_is_not_regeneration(talk: Callable[..., Conversation]) -> None:
    assert list(detect(Material(talk(("why", "1"), ("how", "2"))))) == []


@pytest.mark.parametrize(
    ("gap_s", "is_one_trace", "found"), [(3, True, 0), (20, True, 1), (3, False, 1), (0.4, False, 0)]
)
def test_the_app_asks_again_in_the_same_trace_and_a_person_in_another(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], gap_s: float, is_one_trace: bool, found: int
) -> None:
    first = answer("1", trace_id="t", start_time_ns=100 * SECOND)
    later = int((110 + gap_s) * SECOND)
    second = answer("2", trace_id="t" if is_one_trace else "u", start_time_ns=later)
    assert len(list(detect(Material(talk(("why", first, second)))))) == found


@pytest.mark.parametrize(
    ("seconds", "gap_s", "text", "found"),
    [
        (30.03, 0.5, "Well, the", 0),
        (10.0, 4, "Well, the", 0),
        (7.3, 4, "", 0),
        (7.3, 4, "Well, the", 1),
        (10.0, 15, "W", 1),
    ],
)
def test_a_client_that_gave_up_asks_again_by_itself(
    talk: Callable[..., Conversation],
    answer: Callable[..., Answer],
    seconds: float,
    gap_s: float,
    text: str,
    found: int,
) -> None:
    cut = answer(
        text, outcome="stopped", ended_by="client", start_time_ns=100 * SECOND, duration_ns=int(seconds * SECOND)
    )
    again = answer("whole", start_time_ns=int((100 + seconds + gap_s) * SECOND))
    assert len(list(detect(Material(talk(("why", cut, again)))))) == found


@pytest.mark.parametrize(
    ("name", "told", "is_curious"),
    [
        ("copy", {}, True),
        ("share", {}, True),
        ("thumbs", {"label": "up"}, True),
        ("thumbs", {"label": "down"}, False),
        ("rating", {"score": 5.0, "metadata": {"min": 1, "max": 5}}, True),
        ("rating", {"score": 1.0, "metadata": {"min": 1, "max": 5}}, False),
        ("copy", {"annotator_kind": "CODE"}, False),
        ("copy", {"late": True}, False),
    ],
)
def test_who_took_the_answer_away_first_was_curious(
    talk: Callable[..., Conversation],
    feedback: Callable[..., Feedback],
    name: str,
    told: dict[str, Any],
    is_curious: bool,
) -> None:
    conversation = talk(("why", "old", "new"))
    old, new = conversation.turns[0].answers
    told = dict(told)
    time_ns = new.end_time_ns if told.pop("late", False) else old.end_time_ns + SECOND
    (signal,) = detect(Material(conversation, [feedback(name, span_id="span-1", time_ns=time_ns, **told)]))
    assert (signal.label, signal.fired, signal.polarity) == (("curious", False, 0) if is_curious else ("", True, -1))
    assert (signal.confidence < 0.5) is is_curious
