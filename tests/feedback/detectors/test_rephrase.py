from collections.abc import Callable

import pytest

from feedback.detectors.material import Material
from feedback.detectors.rephrase import detect
from feedback.detectors.signal import Signal
from feedback.pages.observations import is_shown
from tests.feedback.detectors.readings import SURE, make_reading, read_as
from tracing.conversations import Answer, Conversation


def find_fired(conversation: Conversation) -> list[Signal]:
    return [signal for signal in detect(Material(conversation)) if signal.fired]


def find_shown(conversation: Conversation) -> list[Signal]:
    """Those that a page shows, as certain or not."""
    return [signal for signal in detect(Material(conversation)) if is_shown(signal)]


def detect_sure(conversation: Conversation) -> list[Signal]:
    """As if the reader had no doubt."""
    return list(detect(read_as(conversation, make_reading({"rephrase": SURE}))))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("How do I cancel my subscription?", "How can I cancel the subscription?"),
        ("opening hours today vehicle registration", "OPENING HOURS. TODAY."),
        ("which documents do I need to register my car", "in other words: documents to register a car?"),
        (
            "what is the max upload size on the Starter plan",
            "what is the max upload size on the Starter plan",
        ),
    ],
)
def test_the_same_request_again_is_shown_about_the_answer_between(
    talk: Callable[..., Conversation], before: str, after: str
) -> None:
    (signal,) = find_shown(talk((before, "It depends on many things."), (after, "x")))
    assert (signal.turn_index, signal.target, signal.span_id, signal.polarity) == (1, 0, "span-1", -1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("haiku about my printer", "haiku about my boss"),
        ("what is the capital of France", "now do it for Germany"),
        ("write a poem about the sea", "make it shorter"),
        ("write a poem about the sea", "continue"),
        ("write a poem about the sea", "thanks, lovely poem about the sea"),
        ("shorter", "shorter"),
        ("how many primes are there between 100 and 150?", "and how many between 150 and 200?"),
        (
            "why does it fail?\n```\nfor row in rows:\n    print(row['name'])\n```",
            "can I make this faster?\n```\nfor row in rows:\n    print(row['name'])\n```",
        ),
    ],
)
def test_the_next_request_is_not_the_same_again(talk: Callable[..., Conversation], before: str, after: str) -> None:
    assert find_fired(talk((before, "Certainly. Here it is."), (after, "x"))) == []


def test_a_request_that_comes_again_word_for_word_is_one_whatever_the_readers_make_of_it(
    talk: Callable[..., Conversation],
) -> None:
    words = "cron every 15 min on weekdays 9 to 17"
    (signal,) = find_fired(talk((words, "*/15 * * * *"), (words, "*/15 9-17 * * 1-5")))
    assert signal.score >= 0.9


def test_an_opening_message_cannot_be_one(talk: Callable[..., Conversation]) -> None:
    assert list(detect(Material(talk(("in other words, my question is again: how?", "x"))))) == []


def test_it_says_how_long_after_and_how_alike(talk: Callable[..., Conversation]) -> None:
    conversation = talk(("how do I cancel my subscription?", "Hm."), ("How can I cancel the subscription?", "x"))
    (signal,) = detect_sure(conversation)
    said = "says “How can I cancel the subscription?” about “Hm.”"
    assert signal.evidence.reason == f"{said}: asks the same thing again 30 s later"
    assert signal.evidence.numbers["seconds_later"] == 30
    assert 0.5 < signal.evidence.numbers["likeness"] < 1


def test_it_marks_the_words_that_came_again(talk: Callable[..., Conversation]) -> None:
    after = "How can I cancel the subscription?"
    (signal,) = detect_sure(talk(("how do I cancel my subscription?", "Hm."), (after, "x")))
    assert [after[start:end] for start, end in signal.evidence.offsets] == ["cancel", "subscription"]


def test_sending_again_after_an_error_is_a_retry(
    talk: Callable[..., Conversation], answer: Callable[..., Answer]
) -> None:
    question = "what is the max upload size on the Starter plan"
    assert list(detect(Material(talk((question, answer("", outcome="error")), (question, "100 MB"))))) == []


def test_the_same_message_within_a_second_is_a_machine(
    talk: Callable[..., Conversation], answer: Callable[..., Answer]
) -> None:
    question = "what is the max upload size on the Starter plan"
    first = answer("It depends.", start_time_ns=100_000_000_000)
    second = answer("It depends.", start_time_ns=110_500_000_000)
    assert list(detect(Material(talk((question, first), (question, second))))) == []


def test_without_times_it_says_none(talk: Callable[..., Conversation], answer: Callable[..., Answer]) -> None:
    conversation = talk(("how do I cancel my subscription?", "Hm."), ("How can I cancel the subscription?", "x"))
    untimed = [answer(turn.answer.text) for turn in conversation.turns]
    turns = tuple(
        type(turn)(turn.index, turn.user_text, each) for turn, each in zip(conversation.turns, untimed, strict=True)
    )
    (signal,) = detect_sure(type(conversation)(1, "c1", turns))
    assert "later" not in signal.evidence.reason
    assert "seconds_later" not in signal.evidence.numbers
