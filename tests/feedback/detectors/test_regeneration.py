from collections.abc import Callable

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
