"""Failures of which cases are made: one of each sort, some with hostile texts."""

from typing import Any

from feedback.review.regressions.case import Failure
from tests.feedback.datasets.specimens import HOSTILE
from tracing.generations import Message

ENGLISH = "You can reset your password in the settings of your account, under security."
TITLE = f"Wrong <b>{HOSTILE[0]}"


def fail(name: str, request: str, bad: str, *kinds: str, system: str = "", **given: Any) -> Failure:
    """An answer that failed, with the kinds of signals that stand against it."""
    messages = (Message("system", system), Message("user", request)) if system else (Message("user", request),)
    known: dict[str, Any] = {
        "turn_index": 0,
        "mode": 3,
        "title": TITLE,
        "prompt": messages,
        "request": request,
        "tools": (),
        "parameters": {},
        "better_answer": "",
        "better_source": "a reviewer wrote a better answer" if given.get("better_answer") else "",
        "reaction": "",
        "invented": (),
        "reviewers": 2,
    }
    return Failure(conversation_id=name, bad_answer=bad, kinds=frozenset(kinds), **{**known, **given})


CORRECTED = fail("c1", "Capital of Australia?", "It is Sydney.", "correction", reaction="No, it is Canberra.")
BETTERED = fail(
    "c2",
    f"How do I reset my password? {HOSTILE[0]}",
    "file:///etc/passwd Visit our website.",
    "complaint",
    better_answer="Open Settings, then Security, and choose Reset password.",
    system=f"Be kind. {HOSTILE[1]} '''",
)
REFUSED = fail("c3", "Tell me a joke about cats", "I'm sorry, but I can't help with that.", "refusal")
IN_ENGLISH = fail("c4", "Wie kann ich mein Passwort zurücksetzen, bitte?", ENGLISH, "language_mismatch")
IN_LATIN = fail("c5", "Как мне вернуть заказ, подскажите пожалуйста?", ENGLISH, "language_mismatch")
TOO_LONG = fail("c6", "Describe the sea in at most 5 words.", f"The sea: {ENGLISH}", "constraint_violation")
NO_JSON = fail("c7", "Give me the colours. Return JSON only.", "Sure: red and green", "format_failure")
INVENTED = fail("c8", "What is your number?", "Call 0800 123456.", "unsupported", invented=("0800 123456",))
ALL = (CORRECTED, BETTERED, REFUSED, IN_ENGLISH, IN_LATIN, TOO_LONG, NO_JSON, INVENTED)
MENDED = {
    "holds": "Canberra, not Sydney.",
    "nearer": "Open Settings > Security, then reset it.",
    "answers": "What does a cat do at a computer? It keeps an eye on the mouse.",
    "words": "Sie können es in den Einstellungen und mit dem Link in der Mail zurücksetzen.",
    "script": "Вы можете вернуть заказ в течение 14 дней.",
    "count": "Wide, blue and deep.",
    "json": '{"colours": ["red", "green"]}',
    "lacks": "That is not known to me.",
}
"""What a model that was mended says, by the kind of check."""
