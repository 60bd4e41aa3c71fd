from collections.abc import Callable

import pytest

from feedback.detectors.constraint_violation import detect
from feedback.detectors.material import Material
from tests.feedback.detectors.asked import ask
from tracing.conversations import Conversation

LONG = "A loan is money you borrow. You pay it back. You also pay interest. Banks give loans. So do friends."


def test_too_many_words_fire_with_the_count_and_mark_the_wish() -> None:
    request = "What is DNS? In at most 5 words."
    [signal] = detect(ask(request, "DNS is the system that translates names of hosts into addresses."))
    assert (signal.kind, signal.label, signal.fired) == ("constraint_violation", "length", True)
    [(start, end)] = signal.evidence.offsets
    assert "at most 5 words" in request[start:end].lower()
    assert signal.evidence.reason == "at most 5 words were asked for, the answer has 11"
    assert dict(signal.evidence.numbers) == {"count": 11.0, "bound": 5.0}


@pytest.mark.parametrize(
    ("request_text", "answer", "label"),
    [
        ("explain loans in two sentences", LONG, "length"),
        ("give me 5 names for a cat", "1. Milo\n2. Luna\n3. Oscar", "items"),
        ('describe it without the word "cheap"', "A cheap lamp.", "avoid"),
        ('include the words "sunset" and "harbour"', "Boats at dusk.", "include"),
        ("write it in all lowercase: a note", "Please take out the bins, Anna.", "case"),
        ('start your answer with "Dear diary"', "Today I went out.", "opening"),
        ('end with "Cheers, Tom" please', "Best regards, Tom", "ending"),
        ("a caption, no emojis please", "Coffee ☕", "no_emoji"),
    ],
)
def test_each_kind_of_wish_has_its_label(request_text: str, answer: str, label: str) -> None:
    assert [(signal.label, signal.fired) for signal in detect(ask(request_text, answer))] == [(label, True)]


@pytest.mark.parametrize(
    ("request_text", "answer"),
    [
        ("explain loans in two sentences", "A loan is borrowed money. You pay it back with interest."),
        ("Summarise the 500 words below: the king died", "The king died."),
        ("give me three ideas, each in one sentence", "1. A hike. It is fun.\n2. A quiz.\n3. A dinner."),
        ('translate: "Describe it in one word"', "Beschreibe es in einem Wort."),
        ("give me 5 names for a cat", "Milo, Luna, Oscar, Bella and Simba."),
    ],
)
def test_what_was_kept_or_never_asked_gives_nothing(request_text: str, answer: str) -> None:
    assert list(detect(ask(request_text, answer))) == []


def test_a_near_miss_scores_less_than_a_far_one() -> None:
    [near] = detect(
        ask("in at most 10 words: what is a router", "It is a small box that passes data between two networks.")
    )
    [far] = detect(ask("in at most 10 words: what is a router", LONG * 3))
    assert near.score < far.score


def test_instructions_hold_until_the_message_says_otherwise() -> None:
    rules = "Answer in at most two sentences. Never use emojis."
    [signal] = detect(ask("what is a loan", LONG, instructions=rules))
    assert (signal.label, signal.fired, signal.evidence.offsets) == ("length", True, ())
    assert list(detect(ask("explain loans in five sentences", LONG, instructions=rules))) == []
    assert list(detect(ask("please explain loans in detail", LONG, instructions=rules))) == []
    assert [each.label for each in detect(ask("good morning", "Good morning! ☀️", instructions=rules))] == ["no_emoji"]


def test_from_now_on_holds_for_later_answers(talk: Callable[..., Conversation]) -> None:
    conversation = talk(("from now on answer in one sentence", "Gladly."), ("what is a loan", LONG))
    assert [(signal.target, signal.label) for signal in detect(Material(conversation))] == [(1, "length")]
    once = talk(("answer in one sentence: what is tea", "A drink."), ("what is a loan", LONG))
    assert list(detect(Material(once))) == []


def test_of_two_limits_of_one_unit_it_is_enough_to_keep_one() -> None:
    answer = "- a\n- b\n- c\n- d\n- e"
    assert list(detect(ask("Write three bullets. No, write five bullets.", answer))) == []


def test_who_asks_back_or_declines_breaks_no_wish() -> None:
    assert list(detect(ask("write at least 50 words about it", "What should it be about?"))) == []
    assert list(detect(ask('include the words "bomb" and "fuse"', "I'm sorry, but I can't help with that."))) == []


def test_code_does_not_count_as_words() -> None:
    answer = "Use a loop.\n```python\n" + "print('a b c d e f g')\n" * 10 + "```"
    assert list(detect(ask("how do i repeat this? max 10 words please", answer))) == []
