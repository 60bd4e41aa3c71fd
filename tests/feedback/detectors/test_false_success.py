"""Answers that say that it is done, after a tool that failed."""

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
