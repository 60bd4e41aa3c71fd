"""Conversations of a log come in, what `tacit detect` says of them goes out: signals of what users wrote, as JSON.

A log has messages; every message of the user becomes a turn, and what the assistant said until the next is its answer.
Signals stand on turns, so each is told by the places in the log that its turns came from. No store takes part.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.detectors import DETECTORS, Material, Signal, detect_signals
from feedback.detectors.exchanges import exchanges_of
from feedback.reactions.reaction import Exchange, Reading
from tracing.conventions.messages import normalise_role, read_item
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Message
from tracing.importing.entries import Problem, Row, UnreadableError, shorten

KINDS = (
    "rephrase",
    "correction",
    "complaint",
    "clarification_request",
    "praise",
    "early_termination",
    "request_human",
    "sentiment",
    "sentiment_shift",
)
"""Signals that a user's words give."""
ALWAYS_TOLD = "sentiment"
MINIMUM_SCORE = 0.01
DETECTORS_OF_WORDS = tuple(each for each in DETECTORS if each.kind in KINDS)
ROLES = frozenset({"user", "assistant", "system", "tool", "function"})
SCORE_DIGITS = 4

encode_json = json.JSONEncoder(ensure_ascii=False).encode

Read = Callable[[Sequence[Exchange]], Sequence[Reading]]


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation of a log, and where its turns stand there."""

    conversation_id: str | int
    conversation: Conversation
    places: tuple[int, ...]
    """By turn: index of the user's message in `turns`."""
    answer_places: tuple[int | None, ...]
    """By turn: index of the last answer that its user had seen when the next message came; None before any."""


def read_chat(value: Any) -> Chat:
    """A conversation from `{"conversation_id", "turns": [{"role", "content"}]}`. Raises UnreadableError."""
    if not isinstance(value, Mapping):
        raise UnreadableError(f'the line is {shorten(value)}; {{"conversation_id", "turns": […]}} was expected')
    conversation_id, messages = value.get("conversation_id"), value.get("turns")
    if not isinstance(conversation_id, str | int) or isinstance(conversation_id, bool):
        raise UnreadableError(f"conversation_id is {shorten(conversation_id)}; text was expected")
    if not isinstance(messages, list):
        raise UnreadableError(f"turns is {shorten(messages)}; a list of messages was expected")
    turns, places, answer_places = build_turns(messages)
    return Chat(conversation_id, Conversation(0, str(conversation_id), turns), places, answer_places)


def build_turns(values: Sequence[Any]) -> tuple[tuple[Turn, ...], tuple[int, ...], tuple[int | None, ...]]:
    """The turns of a list of messages, with the places of their messages and answers."""
    words: list[str] = []
    answers: list[list[str]] = []
    places: list[int] = []
    answer_places: list[int | None] = []
    seen: int | None = None
    for place, value in enumerate(values):
        for message in read_messages(value, place):
            if message.role == "assistant" and message.content:
                seen = place
            if message.role == "user":
                words.append(message.content)
                answers.append([])
                places.append(place)
                answer_places.append(seen)
            elif answers:
                answers[-1] = extend_answer(answers[-1], message)
                answer_places[-1] = seen
    turns = (
        Turn(index, text, Answer("", str(index), "\n\n".join(answers[index]), "completed", "", 0, 0))
        for index, text in enumerate(words)
    )
    return tuple(turns), tuple(places), tuple(answer_places)


def read_messages(value: Any, place: int) -> list[Message]:
    """The message at a place; what tools gave back stands apart from what people said. Raises UnreadableError."""
    role = value.get("role") if isinstance(value, Mapping) else None
    if not isinstance(role, str):
        raise UnreadableError(f'turns[{place}] is {shorten(value)}; {{"role", "content"}} was expected')
    if normalise_role(role) not in ROLES:
        raise UnreadableError(f"turns[{place}].role is {shorten(role)}; user, assistant, system or tool was expected")
    content = value.get("content")
    if content is not None and not isinstance(content, str | list):
        raise UnreadableError(f"turns[{place}].content is {shorten(content)}; text or a list of parts was expected")
    return read_item(value)


def extend_answer(said: list[str], message: Message) -> list[str]:
    """What the user sees as the answer: what was said last, after the tools that it was looked up with."""
    if message.role in ("tool", "function"):
        return []
    return [*said, message.content] if message.role == "assistant" and message.content else said


def detect_chats(chats: Sequence[Chat], read: Read) -> Iterator[tuple[Chat, list[Signal]]]:
    """Each chat with its signals, by turn; `read` reads the exchanges of all of them at once."""
    exchanges = [exchanges_of(chat.conversation) for chat in chats]
    readings = iter(read([exchange for of_chat in exchanges for exchange in of_chat.values()]))
    for chat, of_chat in zip(chats, exchanges, strict=True):
        material = Material(chat.conversation, readings={index: next(readings) for index in of_chat})
        told = [signal for signal in detect_signals(material, DETECTORS_OF_WORDS) if is_told(signal)]
        yield chat, sorted(told, key=lambda signal: signal.turn_index)


def is_told(signal: Signal) -> bool:
    return signal.kind == ALWAYS_TOLD or signal.score >= MINIMUM_SCORE


def tell_signal(chat: Chat, signal: Signal) -> dict[str, Any]:
    """A signal by the places of the log."""
    return {
        "conversation_id": chat.conversation_id,
        "turn": chat.places[signal.turn_index],
        "target": None if signal.target is None else chat.answer_places[signal.target],
        "kind": signal.kind,
        "label": signal.label,
        "score": round(signal.score, SCORE_DIGITS),
        "confidence": round(signal.confidence, SCORE_DIGITS),
        "fired": signal.fired,
        "polarity": signal.polarity,
        "evidence": signal.evidence.to_json(),
    }


def write_line(told: Mapping[str, Any]) -> bytes:
    return encode_json(told).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Findings:
    """What came of some lines of a log."""

    output: bytes
    """JSON lines, a signal each."""
    problems: tuple[Problem, ...]
    chats: int
    messages: int
    """Of users."""


def detect_rows(rows: Iterable[Row | Problem], read: Read) -> Findings:
    """Everything that these rows say, in their order; what cannot be read is told and left out."""
    chats: list[Chat] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            chats.append(read_chat(row.value)) if isinstance(row, Row) else problems.append(row)
        except UnreadableError as error:
            problems.append(Problem(row.line, str(error)))
    lines = (write_line(tell_signal(chat, each)) for chat, found in detect_chats(chats, read) for each in found)
    return Findings(b"".join(lines), tuple(problems), len(chats), sum(len(chat.places) for chat in chats))
