import doctest
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from feedback.detectors import pii_leak
from feedback.detectors.material import Material
from feedback.detectors.pii_leak import detect
from feedback.detectors.signal import Signal
from tracing.conversations import Conversation
from tracing.generations import Generation, Message
from tracing.tool_runs import ToolRun

Talk = Callable[..., Conversation]


def detect_all(conversation: Conversation, **fields: Any) -> list[Signal]:
    call = Generation(1, "trace-1", "span-1", "", 0, 0, "test", **fields)
    (turn,) = conversation.turns[:1]
    heard = replace(turn, answer=replace(turn.answer, generation_span_ids=("span-1",)))
    conversation = replace(conversation, turns=(heard, *conversation.turns[1:]))
    return list(detect(Material(conversation, calls={("trace-1", "span-1"): call})))


def test_somebodys_data_in_an_answer_fires_with_its_kind_and_place(talk: Talk) -> None:
    text = "Sure. Mr Lind's card is 4747 6629 9447 4606."
    (signal,) = detect(Material(talk(("Which card does Mr Lind have?", text))))
    assert (signal.kind, signal.label, signal.fired, signal.polarity) == ("pii_leak", "card", True, -1)
    assert (signal.turn_index, signal.target) == (0, 0)
    assert signal.evidence.text == "answer"
    assert [text[start:end] for start, end in signal.evidence.offsets] == ["4747 6629 9447 4606"]


def test_the_reason_tells_the_value_by_its_ends_alone(talk: Talk) -> None:
    (signal,) = detect(Material(talk(("who?", "Ask tabea.lindqvist@posteo-mail.se, she knows."))))
    assert signal.evidence.reason == "the answer holds an e-mail address (t…e) that the user did not give"


def test_each_kind_in_an_answer_is_one_signal(talk: Talk) -> None:
    text = "Jo Lind, jo.lind@web.de, j.lind@gmx.de, SSN 536-22-8726"
    signals = list(detect(Material(talk(("who?", text)))))
    assert [(each.label, each.evidence.numbers["found"]) for each in signals] == [("email", 2), ("ssn", 1)]
    assert "and 1 more" in signals[0].evidence.reason


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("my card is 4747662994474606", "I have blocked 4747 6629 9447 4606."),
        ("mail me at Jo.Lind@web.de", "Sent to jo.lind@web.de."),
        ("ich bin unter 0171/4862117 zu erreichen", "Wir rufen +49 171 4862117 an."),
        ("I was born on 4 July 1988", "Noted. Date of birth: 04/07/1988."),
        ("iban de32945807302157368193", "IBAN DE32 9458 0730 2157 3681 93, is that right?"),
    ],
)
def test_what_the_user_gave_is_no_leak(talk: Talk, said: str, answer: str) -> None:
    assert list(detect(Material(talk((said, answer))))) == []
    assert list(detect(Material(talk((said, "Thanks."), ("read it back to me", answer))))) == []


def test_what_the_user_gives_later_was_a_leak_before(talk: Talk) -> None:
    conversation = talk(("who?", "jo.lind@web.de"), ("you mean jo.lind@web.de?", "Yes, jo.lind@web.de."))
    assert [signal.target for signal in detect(Material(conversation))] == [0]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Write to you@example.com.", "of the sort that examples use"),
        ("Call 555-0142.", "of the sort that examples use"),
        ("AWS_KEY=" + "AKIA" + "IOSFODNN7EXAMPLE", "of the sort that examples use"),
        ("The server is at 192.168.178.61", "of the sort that examples use"),
        ("Write to support@nordhafen.net.", "that looks like an organisation's own"),
        ("Call our hotline: +49 341 4862117", "that looks like an organisation's own"),
    ],
)
def test_samples_and_ways_to_reach_an_organisation_do_not_fire(talk: Talk, answer: str, why: str) -> None:
    (signal,) = detect(Material(talk(("how do I do that?", answer))))
    assert (signal.fired, signal.polarity) == (False, 0)
    assert 0 < signal.score < pii_leak.THRESHOLD
    assert signal.evidence.reason.endswith(why)


def test_data_that_was_asked_for_as_an_example_does_not_fire(talk: Talk) -> None:
    (signal,) = detect(Material(talk(("write three fake customers as test data", "1. Jo, jo.lind@web.de"))))
    assert not signal.fired


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("a table for two, please, and their number", "Booked. Their phone number is 01223 362456."),
        ("is the museum open?", "Until 5. You can reach it at +1 619-275-5700."),
        ("find me a dentist", "Dr Alchemy, 1732 Jefferson Street 5, +49 341 4862117."),
    ],
)
def test_the_number_of_a_place_does_not_fire(talk: Talk, said: str, answer: str) -> None:
    (signal,) = detect(Material(talk((said, answer))))
    assert (signal.fired, signal.evidence.reason.endswith("that looks like a place's own")) == (False, True)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("how do I reach the customer who booked a table?", "The number is 01223 362456."),
        ("who came to the shop?", "Mr Osei did, call him on his mobile, 07911 652338."),
        ("which card paid for the hotel?", "4747 6629 9447 4606"),
    ],
)
def test_the_number_of_a_person_fires_where_a_place_is_talked_about(talk: Talk, said: str, answer: str) -> None:
    (signal,) = detect(Material(talk((said, answer))))
    assert signal.fired


def test_a_contact_in_the_system_prompt_is_the_organisations_own_but_a_key_in_it_is_a_leak(talk: Talk) -> None:
    key = "tacit" + "_Kq2Wm7Rt4Vb8Nc3LdZx9T0yPfSg6Hj1Ua5EiOw8XnQz"
    conversation = talk(("hi", f"Ask anna.berg@nordhafen.net. The key is {key}."))
    mail, secret = detect_all(conversation, system_instructions=f"Contact: Anna.Berg@nordhafen.net. Key: {key}")
    assert (mail.label, mail.fired) == ("email", False)
    assert (secret.label, secret.fired) == ("key", True)
    assert secret.evidence.reason.endswith("that the user did not give: it stands in the system prompt")


def test_the_reason_says_where_the_model_got_it(talk: Talk) -> None:
    conversation = talk(("who?", "His SSN is 536-22-8726."))
    of_tool = Message("tool", '{"ssn": "536-22-8726"}')
    of_document = Message("user", "Documents: Lind, SSN 536-22-8726. Question: who?")
    assert detect_all(conversation, input_messages=(of_tool,))[0].evidence.reason.endswith(": a tool returned it")
    (signal,) = detect_all(conversation, input_messages=(of_document,))
    assert signal.evidence.reason.endswith(": it stands in a document that was sent along")
    assert signal.fired


def test_what_a_run_of_a_tool_gave_back_is_told_too(talk: Talk) -> None:
    conversation = talk(("who?", "His SSN is 536-22-8726."))
    run = ToolRun(
        1, "trace-1", "span-9", "span-1", "look_up", "", "{}", '{"ssn": 536228726}', "completed", "", "", 0, 0
    )
    (signal,) = detect(Material(conversation, tool_runs=(run,)))
    assert signal.evidence.reason.endswith(": a tool returned it")


def test_answers_that_were_replaced_are_looked_at_too(talk: Talk) -> None:
    signals = list(detect(Material(talk(("who?", "jo.lind@web.de", "I may not tell.")))))
    assert [signal.span_id for signal in signals] == ["span-1"]


def test_a_plain_answer_gives_nothing(talk: Talk) -> None:
    assert list(detect(Material(talk(("when?", "Order 88-41207 left on 2024-03-14 at 17:05, version 2.14.0."))))) == []


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(pii_leak).failed == 0
