import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS, TONES, Exchange
from feedback.reactions.static import WEIGHTS, find_words, load_model, read_static

QUESTION = Exchange("and what about Lyon?", "how many people live in Paris?", "About 2.1 million.")


def read(message: str, request: str = "how many people live in Paris?", answer: str = "About 21 million.") -> str:
    kinds = read_static([Exchange(message, request, answer)])[0].kinds
    return max(kinds, key=lambda kind: kinds[kind])


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("no, that's wrong, it is 2.1 million", "correction"),
        ("are you sure about that?", "clarification_request"),
        ("thanks, that's exactly what I needed", "praise"),
        ("let me talk to a human please", "request_human"),
        ("forget it, I'll look it up myself", "stop"),
        ("gracias, perfecto", "praise"),
        ("bist du sicher?", "clarification_request"),
        ("谢谢，太好了", "praise"),
        ("Паша, позови оператора, хочу человека", "request_human"),
    ],
)
def test_plain_feedback_is_read_as_its_kind(message: str, kind: str) -> None:
    assert read(message) == kind


def test_feedback_is_likelier_than_the_next_question() -> None:
    thanks, question = read_static([Exchange("thanks, that was perfect", "a", "b"), QUESTION])
    assert thanks.feedback > 0.5 > question.feedback
    assert max(thanks.tones, key=lambda tone: thanks.tones[tone]) == "positive"
    assert max(question.tones, key=lambda tone: question.tones[tone]) == "neutral"


def test_a_reply_that_says_sorry_tells_of_blame_and_one_that_is_glad_of_praise() -> None:
    told = "that is the one with the red roof"
    replies = ("I'm sorry, you're right, I got that wrong.", "It has four rooms.", "Glad to hear it, enjoy!")
    blamed, bare, praised = read_static([Exchange(told, "which house?", "The blue one.", each) for each in replies])
    assert blamed.feedback > bare.feedback
    assert blamed.tones["negative"] > bare.tones["negative"]
    assert praised.kinds["praise"] > bare.kinds["praise"]


def test_no_kind_is_likelier_than_feedback() -> None:
    messages = ("could I get that phone number?", "and how many live in Nice?", "thanks", "no", "that's wrong")
    for reading in read_static([Exchange(each, "a hotel in Paris?", "The Ritz.") for each in messages]):
        assert max(reading.kinds.values()) <= reading.feedback


def test_a_reading_does_not_depend_on_the_batch() -> None:
    exchanges = [QUESTION, Exchange("", "", ""), Exchange("that's wrong", "x", "y")] * 300
    together = read_static(exchanges)
    for exchange, reading in zip(exchanges[:3], together[:3], strict=True):
        (alone,) = read_static([exchange])
        assert alone.feedback == pytest.approx(reading.feedback, abs=1e-5)
    assert read_static([]) == []


def test_find_words_gives_what_speaks_for_the_kind() -> None:
    exchange = Exchange("the table looks odd. are you sure about row 4?", "sum the table", "Done.")
    spans = find_words(exchange, "clarification_request")
    assert "are you sure" in " ".join(exchange.message[start:end] for start, end in spans)
    assert not find_words(Exchange("```\nerror: wrong\n```", "", ""), "complaint"), "what was only pasted"


def test_find_words_names_what_it_can_read() -> None:
    with pytest.raises(ValueError, match="'anger' is not read: expected one of feedback, rephrase"):
        find_words(QUESTION, "anger")


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text(), st.text())
def test_any_text_gives_probabilities_and_offsets_inside_it(message: str, request: str, answer: str) -> None:
    exchange = Exchange(message, request, answer)
    (reading,) = read_static([exchange])
    assert set(reading.kinds) == set(KINDS)
    assert set(reading.complaint_kinds) == set(COMPLAINT_KINDS)
    assert set(reading.tones) == set(TONES)
    assert all(0 <= each <= 1 for each in (reading.feedback, *reading.kinds.values()))
    assert math.isclose(sum(reading.tones.values()), 1, abs_tol=1e-6)
    assert math.isclose(sum(reading.complaint_kinds.values()), 1, abs_tol=1e-6)
    spans = find_words(exchange, "complaint")
    assert all(0 <= start < end <= len(message) for start, end in spans)


def test_the_weights_are_small_and_of_eight_bits() -> None:
    assert WEIGHTS.stat().st_size < 3_000_000
    assert load_model().weights.shape[1] == 1 + len(KINDS) + len(TONES) + len(COMPLAINT_KINDS)
