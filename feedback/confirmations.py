"""What people said of signals, kept in ClickHouse: which is right, which is wrong, which is missing.

It stands beside the signals under the same key, so that one which is derived again keeps what was said of it.
"""

import base64
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any, Literal

from feedback.detectors.signal import Confirmation, Evidence, Polarity, Signal
from tracing.store import Store

SIGNALS = "signal"
"""What a label is about; other things that people may label have names of their own."""
SIGNAL_KEY = ("conversation_id", "turn_index", "kind", "label", "span_id")
MISSABLE: Mapping[str, Polarity] = {
    "rephrase": -1,
    "correction": -1,
    "complaint": -1,
    "clarification_request": -1,
    "praise": 1,
    "request_human": -1,
}
"""Kinds of which a person may say that a message is one, though nothing was heard; and which way they speak."""
FACTS = frozenset(
    {"thumbs", "rating", "comment", "correction_text", "copy", "edit", "accept", "share", "rename", "delete"}
)
"""Kinds that tell what was said or done on purpose: no detector judged, so none can be wrong."""
LARGEST_TURN = 2**32 - 1


@dataclass(frozen=True, slots=True)
class SignalKey:
    """Which signal of a project it is, or would be."""

    conversation_id: str
    turn_index: int
    kind: str
    label: str = ""
    span_id: str = ""

    def encode(self) -> str:
        """The key as one word that stands in addresses and forms."""
        return encode_parts(SIGNALS, *astuple(self))


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of a signal, and how the signal was shown then."""

    key: SignalKey
    confirmation: Confirmation
    fired: bool
    score: float | None
    """None where there was no such signal."""
    queue: int = 0
    """Number of the review queue whose verdict it is; 0: somebody pressed it beside the signal."""


def encode_parts(*parts: str | int) -> str:
    """One word of what a label is about and its key, that stands in addresses and forms."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_parts(word: str) -> list[Any]:
    """What `encode_parts` made a word of: texts that can be kept and whole numbers; nothing where it made no such."""
    try:
        parts = json.loads(base64.b64decode(word + "=" * (-len(word) % 4), b"-_", validate=True))
        if not isinstance(parts, list) or not all(type(part) in (str, int) for part in parts):
            return []
        "".join(map(str, parts)).encode()
    except (ValueError, TypeError, RecursionError):
        return []
    return parts


def decode_key(word: str) -> SignalKey | None:
    """The key that `SignalKey.encode` made a word of; None where it made no such word."""
    match decode_parts(word):
        case ["signal", str() as conversation_id, int() as turn_index, str() as kind, str() as label, str() as span_id]:
            key = SignalKey(conversation_id, turn_index, kind, label, span_id)
            return key if 0 <= turn_index <= LARGEST_TURN else None
    return None


def identify_signal(conversation_id: str, signal: Signal) -> SignalKey:
    return SignalKey(conversation_id, signal.turn_index, signal.kind, signal.label, signal.span_id)


def load_confirmations(store: Store, project_id: int, conversation_ids: Sequence[str]) -> dict[str, list[Said]]:
    """What was said of the signals of these conversations, by conversation; those without any are missing."""
    found: dict[str, list[Said]] = {}
    if conversation_ids:
        path = "feedback/sql/confirmations_of_conversations.sql"
        for row in store.query(path, project_id=project_id, conversation_ids=list(conversation_ids)):
            found.setdefault(row["conversation_id"], []).append(read_said(row))
    return found


def read_said(row: Mapping[str, Any]) -> Said:
    key = SignalKey(**{name: row[name] for name in SIGNAL_KEY})
    return Said(
        key, Confirmation(row["verdict"], row["said_by"], row["time_ns"]), row["fired"], row["score"], row["queue"]
    )


def write_confirmation(
    store: Store,
    project_id: int,
    key: SignalKey,
    signal: Signal | None,
    verdict: Literal["confirmed", "rejected", None],
    said_by: str,
    queue: int = 0,
) -> Said | None:
    """Keep what a person said of a signal, as it is now (None: there is none); a verdict of None takes it back."""
    now_us = time.time_ns() // 1000
    said = Said(
        key,
        Confirmation(verdict or "confirmed", said_by, now_us * 1000),
        fired=signal.fired if signal else False,
        score=signal.score if signal and not is_told_by_person(signal) else None,
        queue=queue,
    )
    row = dict(zip(SIGNAL_KEY, astuple(key), strict=True)) | {
        "project_id": project_id,
        "verdict": said.confirmation.verdict,
        "fired": said.fired,
        "score": said.score,
        "said_by": said_by,
        "version": now_us,
        "is_deleted": int(verdict is None),
        "queue": queue,
    }
    store.insert("confirmations", {name: [value] for name, value in row.items()})
    return said if verdict else None


def attach_confirmations(signals: Iterable[Signal], said: Iterable[Said], turns: range | None = None) -> list[Signal]:
    """The signals of a conversation with what people said of each; what they heard themselves stands behind.

    `turns` are those whose signals these are, where they are not all.
    """
    left = {(each.key.turn_index, each.key.kind, each.key.label, each.key.span_id): each for each in said}
    found = []
    for signal in signals:
        of_it = left.pop((signal.turn_index, signal.kind, signal.label, signal.span_id), None)
        found.append(replace(signal, confirmation=of_it.confirmation) if of_it else signal)
    own = (each for each in left.values() if turns is None or each.key.turn_index in turns)
    return found + [hear(each) for each in own if is_missed(each)]


def is_missed(said: Said) -> bool:
    """Whether it is what a person heard, of those that no signal stands for."""
    return said.key.kind in MISSABLE and said.confirmation.verdict == "confirmed"


def hear(said: Said) -> Signal:
    """The signal that a person heard and no detector did."""
    key = said.key
    return Signal(
        kind=key.kind,
        turn_index=key.turn_index,
        score=1.0,
        confidence=1.0,
        fired=False,
        polarity=MISSABLE[key.kind],
        detector="person",
        version="",
        evidence=Evidence(reason="said by a person; no detector heard it"),
        label=key.label,
        target=max(0, key.turn_index - 1),
        span_id=key.span_id,
        confirmation=said.confirmation,
    )


def is_told_by_person(signal: Signal) -> bool:
    return signal.detector == "person"
