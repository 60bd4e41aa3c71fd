from collections.abc import Callable

import pytest

from feedback.detectors.language_mismatch import detect
from feedback.detectors.material import Material
from tests.feedback.detectors.asked import ask
from tracing.conversations import Conversation

GERMAN = "Sie finden Ihre Rechnung im Bereich Abrechnung Ihres Kontos."
ENGLISH = "You can find your invoice in the section Billing of your account."


def test_an_answer_in_another_language_fires_and_says_which() -> None:
    [signal] = detect(ask("wo finde ich meine rechnung?", ENGLISH))
    assert (signal.kind, signal.label, signal.fired, signal.polarity) == ("language_mismatch", "spoken", True, -1)
    assert signal.evidence.reason == "the user writes German and the answer is in English"


def test_an_answer_in_the_same_language_gives_nothing() -> None:
    assert list(detect(ask("wo finde ich meine rechnung?", GERMAN))) == []
    assert list(detect(ask("where do i find my invoice?", ENGLISH))) == []


def test_the_language_that_was_asked_for_goes_before_the_user_s_own() -> None:
    request = "answer in German please: where do i find my invoice?"
    assert list(detect(ask(request, GERMAN))) == []
    [signal] = detect(ask(request, ENGLISH))
    assert (signal.label, signal.fired) == ("asked", True)
    [(start, end)] = signal.evidence.offsets
    assert request[start:end] == "German"


def test_from_now_on_holds_for_later_answers(talk: Callable[..., Conversation]) -> None:
    conversation = talk(
        ("from now on reply in German", "Gerne, ab jetzt auf Deutsch."), ("where is my invoice?", ENGLISH)
    )
    assert [(signal.target, signal.label) for signal in detect(Material(conversation))] == [(1, "asked")]


def test_a_language_that_the_user_used_before_does_not_fire(talk: Callable[..., Conversation]) -> None:
    conversation = talk(("where do i find my invoice please?", ENGLISH), ("und wo finde ich meine verträge?", ENGLISH))
    [signal] = detect(Material(conversation))
    assert not signal.fired


def test_instructions_may_fix_the_language() -> None:
    assert list(detect(ask("¿dónde está mi factura?", GERMAN, instructions="Always answer in German."))) == []
    [signal] = detect(
        ask(
            "where do i find my invoice?",
            "Vous trouverez votre facture dans la rubrique Compte.",
            instructions="Always answer in German.",
        )
    )
    assert (signal.label, signal.fired) == ("instructed", True)


@pytest.mark.parametrize(
    ("request_text", "answer"),
    [
        ("translate to German: where is the pharmacy?", "Wo ist bitte die nächste Apotheke?"),
        ("how do i say 'where is the station' in Italian", "Dov'è la stazione, per favore?"),
        ("écris une fonction python", "```python\ndef sort(items):\n    return sorted(items)\n```"),
        ("docker compose startet nicht, port already in use", "Auf dem Port läuft schon ein anderer Dienst."),
        ("Traceback (most recent call last):\nKeyError: 'name'", "Falta la clave en el diccionario, usa get."),
        ("ok", "Gern geschehen! Sagen Sie Bescheid, wenn noch etwas ist."),
        ('correct my german: "ich habe gegangen zu schule"', "Ich bin gestern zur Schule gegangen."),
        ("mujhe batao yeh kaise karte hain", "Open the settings and choose a new password, then save it."),
        ("hvad koster det at sende pakken", "Det koster førti kroner å sende pakken i dag."),
        ("wo finde ich meine rechnung?", "Konto > Abrechnung"),
    ],
)
def test_answers_whose_language_may_be_right_give_nothing(request_text: str, answer: str) -> None:
    assert not any(signal.fired for signal in detect(ask(request_text, answer)))


def test_an_answer_that_holds_the_language_that_was_asked_for_is_right() -> None:
    answer = "Sure, here is the German text:\n\nWo ist bitte die nächste Apotheke in dieser Straße?"
    assert list(detect(ask("translate to German: where is the pharmacy?", answer))) == []
