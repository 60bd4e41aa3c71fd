"""A failure mode that reviewers verified: conversations that failed alike, as the stages and reviews write them."""

from datetime import UTC, datetime

import numpy as np

from feedback.failure_modes.clustering import normalise
from feedback.failures.records import VECTOR_WIDTH, FailingRow, write_failing
from feedback.failures.turns import FailingTurn
from feedback.models import FailureMode
from feedback.review.questions import Question
from tests.feedback.reviewing.places import add_item, make_queue
from tests.feedback.reviewing.rows import settle
from tests.pages.conftest import Teller

ASKED = {
    "refused-1": ("Tell me a joke about cats.", "I'm sorry, but I can't help with that."),
    "refused-2": ("Write a limerick on Dublin.", "I cannot assist with this request."),
    "corrected": ("What is the capital of Australia?", "The capital of Australia is Sydney."),
    "vague": ("How do I reset my password?", "Please see our website."),
    "plain": ("What does it weigh?", "It depends on many things."),
}
"""Messages and answers by conversation; of the last two nothing tells how they should have gone."""
CORRECTION = "No, that is wrong, it is Canberra."


def make_mode(teller: Teller, number: int = 1, title: str = "Refuses <b>needlessly") -> FailureMode:
    now = datetime.now(UTC)
    times = {"found_at": now, "first_time": now, "last_time": now, "state_since": now}
    return FailureMode.objects.create(
        project=teller.project, number=number, family="answer", found_title=title, **times
    )


def tell_verified(
    teller: Teller, number: int = 1, *, reviewed: int = 5, said: bool = True, prefix: str = "", **better: str
) -> FailureMode:
    """Five members, of which so many were drawn, and reviewed where it was `said`; `better` are answers that
    reviewers wrote, by conversation."""
    mode = make_mode(teller, number)
    with teller.together():
        for name, turn in ASKED.items():
            after = [(CORRECTION, "Sorry.")] if name == "corrected" else []
            teller.tell(f"{prefix}{name}", [turn, *after], user_id=f"user-{name}")
    names = [f"{prefix}{name}" for name in ASKED]
    write_failing(teller.store, teller.project.pk, [make_row(teller, name, number) for name in names], [], 1)
    queue = make_queue(teller.project, Question.FAILURE_MODE)
    for name in names[:reviewed]:
        add_item(queue, name, opinion={"failure_mode": number}, answer_turn=0)
        if not said:
            continue
        told = {"question": "failure_mode", "turn_index": 0, "queue": queue.number, "said_by": ["ann", "bo"]}
        written = better.get(name.removeprefix(prefix).replace("-", "_"), "")
        settle(teller.store, name, [f"mode:{number}"], project_id=teller.project.pk, better_answer=written, **told)
    return mode


def make_row(teller: Teller, conversation_id: str, mode: int) -> FailingRow:
    turn, answer = FailingTurn(0, "answer", ("refusal",)), f"{conversation_id}-0"
    known = (conversation_id, turn, "u", f"{answer}-trace", f"{answer}-span", teller.now_ns, None, mode)
    return FailingRow(*known, vector=normalise(np.ones((1, VECTOR_WIDTH), np.float32))[0])
