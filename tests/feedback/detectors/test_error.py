from collections.abc import Callable

from feedback.detectors.error import detect
from feedback.detectors.material import Material
from tracing.conversations import Answer, Conversation


def test_a_failed_call_is_a_signal_labelled_with_its_type(
    talk: Callable[..., Conversation], answer: Callable[..., Answer]
) -> None:
    (signal,) = detect(Material(talk(("why", answer("", outcome="error", error_type="RateLimitError")))))
    assert (signal.label, signal.score, signal.fired, signal.polarity) == ("RateLimitError", 1.0, True, -1)
    assert signal.evidence.reason == "the call failed with RateLimitError"
    assert signal.evidence.span_ids == ("span-1",)


def test_attempts_that_failed_count_too(talk: Callable[..., Conversation], answer: Callable[..., Answer]) -> None:
    conversation = talk(("why", answer("", outcome="error"), answer("", outcome="error"), "there"))
    assert [s.span_id for s in detect(Material(conversation))] == ["span-1", "span-2"]


def test_an_answer_that_talks_about_errors_is_none(talk: Callable[..., Conversation]) -> None:
    assert list(detect(Material(talk(("why", "Error: this is what the error means."))))) == []
