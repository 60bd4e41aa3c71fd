"""Small dialogues for the tests of detectors: 10 s an answer, 30 s of thought between answers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from feedback.explicit import Feedback
from tracing.conversations import Answer, Conversation, Turn

SECOND = 1_000_000_000
START_NS = 1_700_000_000 * SECOND

BuildAnswer = Callable[..., Answer]
BuildConversation = Callable[..., Conversation]
BuildFeedback = Callable[..., Feedback]


def _answer(text: str = "Here you are.", **fields: object) -> Answer:
    defaults: dict[str, Any] = {
        "trace_id": "",
        "span_id": "",
        "outcome": "completed",
        "ended_by": "",
        "start_time_ns": 0,
        "duration_ns": 10 * SECOND,
    }
    return Answer(text=text, **(defaults | fields))


def _place(answer: Answer, number: int) -> Answer:
    """Give an answer its place in time and its ids (`trace-1`, `span-1`, …) unless it has its own."""
    return replace(
        answer,
        trace_id=answer.trace_id or f"trace-{number}",
        span_id=answer.span_id or f"span-{number}",
        start_time_ns=answer.start_time_ns or START_NS + number * 40 * SECOND,
    )


@pytest.fixture(scope="session")
def answer() -> BuildAnswer:
    return _answer


@pytest.fixture(scope="session")
def talk() -> BuildConversation:
    """`talk(("question", "answer"), ("question", "replaced", "kept"))`; answers are texts or `Answer`s."""

    def build(*exchanges: tuple[str | Answer, ...]) -> Conversation:
        turns: list[Turn] = []
        number = 0
        for index, (user_text, *given) in enumerate(exchanges):
            answers = []
            for each in given:
                number += 1
                answers.append(_place(_answer(each) if isinstance(each, str) else each, number))
            turns.append(Turn(index, str(user_text), answers[-1], tuple(answers[:-1])))
        return Conversation(1, "c1", tuple(turns))

    return build


@pytest.fixture(scope="session")
def feedback() -> BuildFeedback:
    def build(name: str, **fields: object) -> Feedback:
        defaults: dict[str, Any] = {"project_id": 1, "identifier": "f1", "time_ns": START_NS + 3_600 * SECOND}
        return Feedback(name=name, **(defaults | fields))

    return build
