"""What the answers are that comparisons name, and the names under which they are ranked: facts in, names out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from feedback.comparisons.comparison import Side

MODEL, PROMPT = "model", "prompt"
BUILT_IN = (MODEL, PROMPT)
"""What every answer can be ranked by; anything else is an attribute that the app tells."""
INSTRUCTIONS_SHOWN = 40
DIGEST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """A model call that wrote an answer."""

    trace_id: str
    span_id: str
    message_id: str
    conversation_id: str
    user_id: str
    model: str
    prompt: str
    characters: int
    attributes: Mapping[str, str] = field(default_factory=dict)


class AnswerFinder:
    """Finds the answer that a side means: its span decides, then its trace, then its message. Of several model calls
    in a trace or message it is the last."""

    def __init__(self, answers: Iterable[KnownAnswer]) -> None:
        self._by_span: dict[str, KnownAnswer] = {}
        self._by_trace: dict[str, KnownAnswer] = {}
        self._by_message: dict[str, KnownAnswer] = {}
        for answer in answers:
            self._by_span[answer.span_id] = self._by_trace[answer.trace_id] = answer
            if answer.message_id:
                self._by_message[answer.message_id] = answer

    def find(self, span_id: str, trace_id: str, message_id: str) -> KnownAnswer | None:
        return (
            self._by_span.get(span_id)
            or self._by_trace.get(trace_id)
            or (self._by_message.get(message_id) if message_id else None)
        )

    def find_side(self, side: Side) -> KnownAnswer | None:
        return self.find(side.span_id, side.trace_id, side.message_id)


def name_item(by: str, side: Side, answer: KnownAnswer | None) -> str:
    """What the side is called where answers are ranked by this; empty where that is not known. What was told of it
    goes before what its model call says."""
    told = side.attributes.get(by, "")
    return told or (name_answer(by, answer) if answer else "")


def name_answer(by: str, answer: KnownAnswer) -> str:
    if by == MODEL:
        return answer.model
    return answer.prompt if by == PROMPT else answer.attributes.get(by, "")


def name_prompt(name: str, version: str, instructions: str, digest: str) -> str:
    """A prompt by its name and version; one without a name by how its instructions begin and a digest of them.

    >>> name_prompt("support", "3", "", ""), name_prompt("", "", "You are kind.", "9f3ab21c")
    ('support, version 3', '“You are kind.” 9f3ab2')
    """
    if name:
        return f"{name}, version {version}" if version else name
    if not instructions:
        return ""
    words = " ".join(instructions.split())
    shown = words if len(words) <= INSTRUCTIONS_SHOWN else f"{words[:INSTRUCTIONS_SHOWN].rstrip()}…"
    return f"“{shown}” {digest[:DIGEST_SHOWN]}"
