"""What holds of every kind of reaction, whoever read the messages."""

from collections.abc import Callable

import pytest

from feedback.detectors import (
    Detector,
    Signal,
    clarification_request,
    complaint,
    correction,
    detect_signals,
    praise,
    reactions,
    rephrase,
    request_human,
)
from feedback.detectors.material import Material
from feedback.reactions.reaction import KINDS
from tests.feedback.detectors.readings import SURE, make_reading, read_as
from tracing.conversations import Answer, Conversation

LISTENERS = {
    each.kind: each
    for each in (
        *(rephrase.DETECTOR, correction.DETECTOR, complaint.DETECTOR),
        *(clarification_request.DETECTOR, praise.DETECTOR, request_human.DETECTOR),
    )
}
Talk = Callable[..., Conversation]
ANSWER = "The capital of Australia is Sydney."


def detect(detector: Detector, conversation: Conversation, score: float = SURE) -> list[Signal]:
    return list(detector.detect(read_as(conversation, make_reading({detector.kind: score}))))


@pytest.mark.parametrize("kind", LISTENERS)
def test_it_is_about_the_answer_before_and_points_where_its_kind_points(talk: Talk, kind: str) -> None:
    conversation = talk(("capital of australia?", "Sydney", ANSWER), ("no, it is Canberra", "Right."))
    (signal,) = detect(LISTENERS[kind], conversation)
    assert (signal.turn_index, signal.target, signal.span_id) == (1, 0, "span-2")  # the replaced one is "span-1"
    assert (signal.kind, signal.score, signal.fired) == (kind, SURE, True)
    assert signal.polarity == (1 if kind == "praise" else -1)


@pytest.mark.parametrize("kind", LISTENERS)
def test_a_person_reads_what_was_said_about_what_and_what_that_does(talk: Talk, kind: str) -> None:
    conversation = talk(("capital of australia?", ANSWER), ("no, it is Canberra", "Right."))
    (signal,) = detect(LISTENERS[kind], conversation)
    assert signal.evidence.reason.startswith(f"says “no, it is Canberra” about “{ANSWER}”: ")
    (unsure,) = detect(LISTENERS[kind], conversation, 0.02)
    assert not unsure.fired
    assert "perhaps" in unsure.evidence.reason


@pytest.mark.parametrize("kind", LISTENERS)
def test_a_person_reads_that_the_assistant_said_sorry_for_what_the_message_blames(talk: Talk, kind: str) -> None:
    conversation = talk(("capital of australia?", ANSWER), ("no, it is Canberra", "I'm sorry, that was my mistake."))
    (signal,) = detect(LISTENERS[kind], conversation)
    assert signal.evidence.reason.endswith(", and the assistant says sorry") == (kind != "praise")
    (unlikely,) = detect(LISTENERS[kind], conversation, 0.4)
    assert "sorry" not in unlikely.evidence.reason


@pytest.mark.parametrize("kind", LISTENERS)
def test_what_is_next_to_impossible_gives_no_signal(talk: Talk, kind: str) -> None:
    conversation = talk(("capital of australia?", ANSWER), ("and of Austria?", "Vienna."))
    assert detect(LISTENERS[kind], conversation, 0.009) == []


@pytest.mark.parametrize("message", ["No.", "no", "nein danke", "neither", "yes, please", "不用了", "Да"])
def test_a_bare_no_answers_what_the_assistant_asked(talk: Talk, message: str) -> None:
    asked = talk(("book a table", "For seven, then. Shall I add a cake?"), (message, "Done."))
    told = talk(("capital of australia?", ANSWER), (message, "Canberra, then."))
    for detector in LISTENERS.values():
        assert detect(detector, asked) == []
        assert len(detect(detector, told)) == 1


def test_more_than_a_bare_no_is_read_also_after_a_question(talk: Talk) -> None:
    asked = talk(("book a table", "A table at nine, right?"), ("no, at seven as I said", "Done."))
    assert len(detect(correction.DETECTOR, asked)) == 1


def test_the_same_words_after_an_error_are_a_retry(talk: Talk, answer: Callable[..., Answer]) -> None:
    question = "that is wrong, try once more"
    again = talk((question, answer("", outcome="error")), (question, "100 MB"))
    other = talk(("how large?", answer("", outcome="error")), (question, "100 MB"))
    assert [detect(detector, again) for detector in LISTENERS.values()] == [[]] * len(LISTENERS)
    assert detect(rephrase.DETECTOR, other) == []  # asked again because it failed
    assert len(detect(complaint.DETECTOR, other)) == 1


def test_the_same_words_within_a_second_are_a_machines(talk: Talk, answer: Callable[..., Answer]) -> None:
    first = answer("It depends.", start_time_ns=100_000_000_000)
    second = answer("It depends.", start_time_ns=110_500_000_000)
    again = talk(("that is wrong", first), ("that is wrong", second))
    assert [detect(detector, again) for detector in LISTENERS.values()] == [[]] * len(LISTENERS)
    assert len(detect(complaint.DETECTOR, talk(("how large?", first), ("that is wrong", second)))) == 1


def test_who_edits_a_message_reacts_to_what_they_saw_before_it(talk: Talk) -> None:
    from dataclasses import replace

    told = talk(("One?", "first"), ("Two?", "second"), ("that was wrong", "third"))
    turns = (*told.turns[:2], replace(told.turns[2], follows=0))
    material = read_as(replace(told, turns=turns), make_reading({"complaint": SURE}))
    targets = {signal.turn_index: signal.target for signal in complaint.DETECTOR.detect(material)}
    assert targets == {1: 0, 2: 0}


def test_thresholds_were_shipped_for_every_kind() -> None:
    thresholds = reactions.load_thresholds()
    assert set(thresholds) == set(KINDS)
    assert all(0 < threshold < 1 for threshold in thresholds.values())


def test_an_opening_message_reacts_to_nothing(talk: Talk) -> None:
    conversation = talk(("No, that is wrong! I said Canberra. Useless, give me a human. Thanks anyway", ANSWER))
    assert detect_signals(Material(conversation)) == []


def test_a_quotation_of_a_long_message_begins_where_it_speaks() -> None:
    long = "I read through everything that you wrote above, twice. And then I saw that the date is wrong."
    assert reactions.quote_words(long, long.index("the date")) == "…And then I saw that the date is wrong."
    longer = f"{long[:-1]}, as is the name of the town where all of it took place long ago."
    assert reactions.quote_words(longer, longer.index("ago")) == "…ago."
    assert reactions.quote_words("no,\nat seven", 4) == "no, at seven"


@pytest.mark.parametrize(
    ("kinds", "label", "told"),
    [
        ({"format": 0.8, "factual": 0.2}, "format", "complains that the answer has the wrong form"),
        ({"format": 0.35, "factual": 0.3, "not_specific": 0.35}, "", "complains that the answer failed"),
    ],
)
def test_a_complaint_names_its_kind_where_one_stands_out(
    talk: Talk, kinds: dict[str, float], label: str, told: str
) -> None:
    conversation = talk(("a table, please", "Once upon a time"), ("i wanted a table", "| a |"))
    reading = make_reading({"complaint": SURE}, complaint_kinds=kinds)
    (signal,) = complaint.DETECTOR.detect(read_as(conversation, reading))
    assert signal.label == label
    assert signal.evidence.reason.endswith(told)
