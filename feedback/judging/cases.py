"""What a judge is shown and what it says: an answer with the message after it in, a rating out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feedback.explicit import Feedback
from tracing.conversations import Answer, Turn

NAME = "judgement"
SCORES: Mapping[str, float | None] = {"served": 1.0, "partly": 0.5, "failed": 0.0, "unclear": None}
"""The scale, and what each rating is as a score of feedback."""

PROMPT_VERSION = "1"
MOST_CHARACTERS = 4_000
"""Of each text that is shown; of a longer one the beginning and the end."""
EARLIER_TURNS = 3
LONGEST_REASON = 400

INSTRUCTIONS = (Path(__file__).parent / "instructions.txt").read_text(encoding="utf-8")


class ReplyError(Exception):
    """What the model replied is not what it was asked for; the message says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """An answer to be rated, and what came before and after it."""

    project_id: int
    conversation_id: str
    turn: Turn
    """The turn of the answer."""
    next_message: str
    earlier: Sequence[Turn] = ()
    is_sampled: bool = True
    """Whether chance chose it; else people had said what they think of this answer."""

    @property
    def answer(self) -> Answer:
        return self.turn.answer


@dataclass(frozen=True, slots=True)
class Rating:
    """What the judge said: a name of `SCORES`, and one sentence."""

    label: str
    reason: str


def build_messages(case: Case) -> list[dict[str, str]]:
    """The messages of a chat completion. All text of the conversation stands in one JSON object, as data."""
    shown = {
        "earlier": [
            {"person": cut(turn.user_text), "assistant": cut(turn.answer.text)}
            for turn in case.earlier[-EARLIER_TURNS:]
        ],
        "request": cut(case.turn.user_text),
        "answer": cut(case.answer.text),
        "next_message": cut(case.next_message),
    }
    return [
        {"role": "system", "content": INSTRUCTIONS},
        {"role": "user", "content": json.dumps(shown, ensure_ascii=False)},
    ]


def cut(text: str) -> str:
    """The text, or where it is long its beginning and its end."""
    half = MOST_CHARACTERS // 2
    return text if len(text) <= MOST_CHARACTERS else f"{text[:half]}\n[…]\n{text[-half:]}"


def read_rating(reply: str) -> Rating:
    """The rating in a reply. Raises ReplyError."""
    value = read_object(reply)
    label, reason = value.get("rating"), value.get("reason", "")
    if not isinstance(label, str) or label not in SCORES:
        raise ReplyError(f"its rating is {label!r:.60}, none of {', '.join(SCORES)}")
    return Rating(label, " ".join(str(reason).split())[:LONGEST_REASON])


def read_object(reply: str) -> dict[str, Any]:
    """The JSON object in a reply, which may have words or a fence around it. Raises ReplyError."""
    start, end = reply.find("{"), reply.rfind("}")
    try:
        value: Any = json.loads(reply[start : end + 1]) if 0 <= start < end else None
    except (ValueError, RecursionError) as error:
        raise ReplyError(f"the reply is no JSON object ({error})") from error
    if not isinstance(value, dict):
        raise ReplyError("the reply holds no JSON object")
    return value


def identify(conversation_id: str, turn_index: int) -> str:
    """The identifier of the feedback on an answer: judged again, it replaces itself."""
    return f"judge:{conversation_id}:{turn_index}"


def to_feedback(case: Case, rating: Rating, time_ns: int, metadata: Mapping[str, Any]) -> Feedback:
    """The rating as feedback of a model about the answer; `metadata` tells the model and what it took."""
    return Feedback(
        project_id=case.project_id,
        identifier=identify(case.conversation_id, case.turn.index),
        name=NAME,
        time_ns=time_ns,
        score=SCORES[rating.label],
        label=rating.label,
        explanation=rating.reason,
        annotator_kind="LLM",
        metadata={**metadata, "prompt_version": PROMPT_VERSION, "sampled": case.is_sampled},
        conversation_id=case.conversation_id,
        trace_id=case.answer.trace_id,
        span_id=case.answer.span_id,
    )
