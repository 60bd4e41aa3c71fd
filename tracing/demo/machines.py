"""What talks to the demo's apps besides people: a nightly evaluation and a health check. A time comes in, their
conversations of the week before it go out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracing.demo.dialogues import DemoTurn, Dialogue
from tracing.demo.schedule import QUIET_BEFORE_NOW

PRODUCTION = "production"
NIGHTS = 6
NIGHTLY_HOUR = 2
BETWEEN_QUESTIONS = timedelta(seconds=20)
QUESTIONS = (
    ("Reverse a list in Python without changing it.", "`reversed_list = items[::-1]` makes a new list."),
    ("What does HTTP status 409 mean?", "Conflict: the request does not fit the present state of the resource."),
    ("Write SQL that counts orders per customer.", "`SELECT customer_id, count(*) FROM orders GROUP BY customer_id`"),
)
CHECKS = 20
BETWEEN_CHECKS = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Visit:
    """A conversation that a machine had, when it ended, and in which environment the app ran."""

    dialogue: Dialogue
    ending: datetime
    environment: str


def plan_visits(now: datetime) -> list[Visit]:
    """The same conversations whenever it is asked, at the last times before `now` that the machines would come."""
    return [*plan_evaluations(now), *plan_checks(now)]


def plan_evaluations(now: datetime) -> Iterator[Visit]:
    latest = now.replace(hour=NIGHTLY_HOUR, minute=0, second=0, microsecond=0)
    if latest + len(QUESTIONS) * BETWEEN_QUESTIONS > now - QUIET_BEFORE_NOW:
        latest -= timedelta(days=1)
    for night in range(NIGHTS):
        for number, (question, answer) in enumerate(QUESTIONS):
            ending = latest - timedelta(days=night) + number * BETWEEN_QUESTIONS
            name = f"nightly-eval-{night}-{number}"
            yield Visit(write_dialogue(name, "code-helper", "", "gpt-x", question, answer), ending, "evaluation")


def plan_checks(now: datetime) -> Iterator[Visit]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    latest = midnight + (now - QUIET_BEFORE_NOW - midnight) // BETWEEN_CHECKS * BETWEEN_CHECKS
    for number in range(CHECKS):
        question, answer = "Health check: answer with OK.", "OK"
        dialogue = write_dialogue(
            f"health-check-{number}", "support-assistant", "uptime-check", "gpt-x-mini", question, answer
        )
        yield Visit(dialogue, latest - number * BETWEEN_CHECKS, PRODUCTION)


def write_dialogue(name: str, app: str, user_id: str, model: str, question: str, answer: str) -> Dialogue:
    return Dialogue(name, "Tacit chats", app, user_id, model, (DemoTurn(question, answer),))
