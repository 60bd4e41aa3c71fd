from collections.abc import Callable

import pytest

from feedback.detectors.early_termination import detect
from feedback.detectors.material import Material
from feedback.explicit import Feedback
from tracing.conversations import Answer, Conversation


def test_the_client_ending_the_answer_is_a_signal_with_its_figures(
    talk: Callable[..., Conversation], answer: Callable[..., Answer]
) -> None:
    (signal,) = detect(Material(talk(("why", answer("Well, the", outcome="stopped", ended_by="client")))))
    assert (signal.fired, signal.polarity, signal.span_id) == (True, -1, "span-1")
    assert signal.evidence.reason == "the user's side ended the answer after 10 s and 9 characters"
    assert signal.evidence.numbers == {"characters_shown": 9, "seconds_until_stopped": 10.0}


@pytest.mark.parametrize("ended_by", ["app_code", "timeout", "shutdown"])
def test_what_the_machine_ended_is_nobodys_opinion(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], ended_by: str
) -> None:
    assert list(detect(Material(talk(("why", answer("W", outcome="stopped", ended_by=ended_by)))))) == []


@pytest.mark.parametrize("ended_by", ["unknown", ""])
def test_an_end_by_nobody_knows_whom_does_not_fire(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], ended_by: str
) -> None:
    (signal,) = detect(Material(talk(("why", answer("W", outcome="stopped", ended_by=ended_by)))))
    assert (signal.score, signal.fired) == (0.5, False)
    assert signal.confidence < 0.5


def test_the_stop_button_fires_however_the_app_ended_the_stream(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], feedback: Callable[..., Feedback]
) -> None:
    stopped = answer("W", outcome="stopped", ended_by="app_code")
    (signal,) = detect(Material(talk(("why", stopped)), [feedback("stop", trace_id="trace-1")]))
    assert signal.fired
    assert "pressed stop" in signal.evidence.reason


def test_a_page_that_closed_on_an_answer_and_the_stream_that_ended_with_it_are_one_signal(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], feedback: Callable[..., Feedback]
) -> None:
    stopped = answer("W", outcome="stopped", ended_by="client")
    told = feedback("stop", trace_id="trace-1", label="page_closed")
    (signal,) = detect(Material(talk(("why", stopped)), [told]))
    assert signal.evidence.reason.startswith("the user closed the page after")


def test_a_stopped_answer_that_was_replaced_still_counts(
    talk: Callable[..., Conversation], answer: Callable[..., Answer]
) -> None:
    stopped = answer("W", outcome="stopped", ended_by="client")
    assert [s.span_id for s in detect(Material(talk(("why", stopped, "whole"))))] == ["span-1"]


@pytest.mark.parametrize("outcome", ["completed", "truncated", "error"])
def test_other_ends_are_none(talk: Callable[..., Conversation], answer: Callable[..., Answer], outcome: str) -> None:
    assert list(detect(Material(talk(("why", answer("W", outcome=outcome, ended_by="client")))))) == []


@pytest.mark.parametrize(
    ("seconds", "gap_s", "found"), [(30.03, 0.5, 0), (5.0, 4.0, 0), (5.5, 0.5, 1), (30.03, 60.0, 1)]
)
def test_a_clients_time_limit_that_asks_again_at_once_is_not_its_reader(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], seconds: float, gap_s: float, found: int
) -> None:
    second = 1_000_000_000
    cut = answer(
        "W", outcome="stopped", ended_by="client", start_time_ns=100 * second, duration_ns=int(seconds * second)
    )
    again = answer("whole", start_time_ns=int((100 + seconds + gap_s) * second))
    assert len(list(detect(Material(talk(("why", cut, again)))))) == found
