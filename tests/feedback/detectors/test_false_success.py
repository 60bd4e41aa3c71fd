"""Answers that say that it is done, after a tool that failed."""

from dataclasses import replace

import pytest

from feedback.detectors.false_success import DETECTOR
from tests.feedback.detectors.agents import Step, act

FAILED = Step({"error": "the calendar is closed"})


@pytest.mark.parametrize(
    "answer",
    [
        "I've booked a table for four.",
        "Done! Your order is on its way.",
        "Your subscription has been cancelled.",
        "The ticket was successfully created.",
        "I’ve just sent the e-mail to Anna.",
        "Ihr Termin wurde erfolgreich gebucht.",
        "Votre réservation a été annulée.",
        "Su pedido ha sido cancelado.",
        "O pedido foi cancelado.",
        "La prenotazione è stata annullata: ho inviato la conferma.",
        "Uw afspraak is geboekt.",
        "Ваш заказ отменён.",
        "已为您预订。",
        "予約が完了しました。",
    ],
)
def test_a_claim_after_a_failure_is_one(answer: str) -> None:
    (signal,) = DETECTOR.detect(act(FAILED, answer=answer))
    start, end = signal.evidence.offsets[0]
    assert signal.fired
    assert answer[start:end].strip()


@pytest.mark.parametrize(
    "answer",
    [
        "I tried to book a table, but the calendar is closed.",
        "Unfortunately your order could not be cancelled.",
        "I was not able to send the e-mail.",
        "Shall I book it for Tuesday?",
        "Orders are sent from Lyon.",
        "Leider konnte der Termin nicht gebucht werden.",
        "予約できませんでした。エラーです。",
    ],
)
def test_an_answer_that_says_what_went_wrong_claims_nothing(answer: str) -> None:
    assert list(DETECTOR.detect(act(FAILED, answer=answer))) == []


def test_what_worked_in_the_end_was_done() -> None:
    claim = "I've booked a table for four."
    assert list(DETECTOR.detect(act(FAILED, Step("booked"), answer=claim))) == []
    assert list(DETECTOR.detect(act(Step("booked"), answer=claim))) == []
    assert list(DETECTOR.detect(act(answer=claim))) == []
    assert len(list(DETECTOR.detect(act(FAILED, Step("x", name="other"), answer=claim)))) == 1


OFFERED = [{"name": name} for name in ("book_table", "sendMail", "cancel-order", "search")]


@pytest.mark.parametrize(
    ("answer", "tool"),
    [
        ("I've booked a table for four at eight.", "book_table"),
        ("Good news! I’ve just sent the mail to Anna.", "sendMail"),
        ("I went ahead and cancelled it.", "cancel-order"),
    ],
)
def test_a_claim_of_what_a_tool_was_offered_for_and_not_used_is_one(answer: str, tool: str) -> None:
    (signal,) = DETECTOR.detect(act(answer=answer, tools=OFFERED))
    assert (signal.label, signal.fired) == ("not_used", True)
    assert tool in signal.evidence.reason
    start, end = signal.evidence.offsets[0]
    assert answer[start:end] in answer


@pytest.mark.parametrize(
    "answer",
    [
        "Shall I book a table?",
        "Once I've booked it, you will get a mail.",
        "I have added a summary of the search below.",
        "I've refunded it.",
        "You booked a table for four.",
        "I could not do that; I have sent nothing.",
        "Your order has been sent on Monday.",
    ],
)
def test_what_claims_no_act_of_a_tool_that_was_offered_is_none(answer: str) -> None:
    assert list(DETECTOR.detect(act(answer=answer, tools=OFFERED))) == []


def test_a_tool_that_was_used_before_in_the_conversation_was_used() -> None:
    before = act(Step("booked", name="book_table"), answer="Booked.", tools=OFFERED)
    now = act(answer="As you wished I've booked a table for four.", tools=OFFERED)
    [first], [second] = before.conversation.turns, now.conversation.turns
    calls = {("trace-2", span): replace(call, trace_id="trace-2") for (_, span), call in now.calls.items()}
    second = replace(second, index=1, answer=replace(second.answer, trace_id="trace-2"))
    both = replace(before.conversation, turns=(first, second))
    assert list(DETECTOR.detect(replace(before, conversation=both, calls={**before.calls, **calls}))) == []
    assert len(list(DETECTOR.detect(replace(now, calls=now.calls)))) == 1
