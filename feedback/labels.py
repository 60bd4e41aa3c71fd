"""What reviewers said of whole conversations, kept in ClickHouse: so far whether the user was satisfied.

Several may judge one conversation, each for themselves. It is listed together with what people said of signals.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from feedback.confirmations import SIGNALS, Said, decode_parts, encode_parts, read_said
from tracing.paging import Place
from tracing.store import Store

CONVERSATIONS = "conversation"
"""What such a label is about, beside `SIGNALS`."""
OUTCOME = "outcome"
SATISFIED, DISSATISFIED = "satisfied", "dissatisfied"
OUTCOMES = (SATISFIED, DISSATISFIED)
KINDS: Mapping[str, tuple[str, ...]] = {OUTCOME: OUTCOMES}
"""What can be judged of a conversation, and the answers that there are."""


@dataclass(frozen=True, slots=True)
class LabelKey:
    """Which label of a project it is: of what, and whose."""

    conversation_id: str
    kind: str
    """What was judged, one of `KINDS`."""
    said_by: str

    def encode(self) -> str:
        """The key as one word that stands in addresses."""
        return encode_parts(CONVERSATIONS, *astuple(self))


@dataclass(frozen=True, slots=True)
class Label:
    """What a reviewer said of a conversation."""

    key: LabelKey
    verdict: str
    time_ns: int
    """When it was said, since the epoch."""
    queue: int = 0
    """Number of the review queue in which it was said; 0: beside the estimate, or by REST."""


def decode_label_key(word: str) -> LabelKey | None:
    """The key that `LabelKey.encode` made a word of; None where it made no such word."""
    match decode_parts(word):
        case ["conversation", str() as conversation_id, str() as kind, str() as said_by]:
            return LabelKey(conversation_id, kind, said_by)
    return None


def load_labels(store: Store, project_id: int, conversation_id: str) -> list[Label]:
    """What reviewers said of one conversation, the oldest first."""
    path = "feedback/sql/labels_of_conversation.sql"
    rows = store.query(path, project_id=project_id, conversation_id=conversation_id)
    return [read_label(row) for row in rows]


def read_label(row: Mapping[str, Any]) -> Label:
    return Label(
        LabelKey(row["conversation_id"], row["kind"], row["said_by"]), row["verdict"], row["time_ns"], row["queue"]
    )


def load_own_verdicts(
    store: Store, project_id: int, conversation_ids: Sequence[str], kind: str, said_by: str
) -> dict[str, str]:
    """What one reviewer said of these conversations, of those of which they said something."""
    bound = {"conversation_ids": list(conversation_ids), "kind": kind, "said_by": said_by}
    rows = store.query("feedback/sql/own_labels.sql", project_id=project_id, **bound)
    return {row["conversation_id"]: row["verdict"] for row in rows}


def write_label(store: Store, project_id: int, key: LabelKey, verdict: str, queue: int = 0) -> Label | None:
    """Keep what a reviewer said; an empty verdict takes it back."""
    now_us = write_labels(store, project_id, {key: verdict}, queue)
    return Label(key, verdict, now_us * 1000, queue) if verdict else None


def write_labels(store: Store, project_id: int, verdicts: Mapping[LabelKey, str], queue: int = 0) -> int:
    """The same of several at once; when, in microseconds since the epoch."""
    now_us = time.time_ns() // 1000
    store.insert(
        "labels",
        {
            "project_id": [project_id] * len(verdicts),
            "conversation_id": [key.conversation_id for key in verdicts],
            "kind": [key.kind for key in verdicts],
            "verdict": list(verdicts.values()),
            "said_by": [key.said_by for key in verdicts],
            "version": [now_us] * len(verdicts),
            "is_deleted": [int(not verdict) for verdict in verdicts.values()],
            "queue": [queue] * len(verdicts),
        },
    )
    return now_us


def load_page(
    store: Store, project_id: int, place: Place, limit: int, filters: Mapping[str, str]
) -> list[Said | Label]:
    """At most `limit` of before `place`, latest first, of signals and of conversations; `filters` has target,
    conversation_id, kind and verdict to compare."""
    bound: dict[str, Any] = {**filters, "before_ns": place.time_ns, "before_id": place.id, "limit": limit}
    rows = store.query("feedback/sql/label_page.sql", project_id=project_id, **bound)
    return [read_said(row) if row["target"] == SIGNALS else read_label(row) for row in rows]


def place_label(label: Said | Label) -> Place:
    """Where it stands in the list: its time, and what `label_page.sql` orders by besides, as JSON."""
    if isinstance(label, Label):
        key = label.key
        return Place(label.time_ns, write_place(CONVERSATIONS, key.conversation_id, 0, key.kind, "", "", key.said_by))
    return Place(label.confirmation.time_ns, write_place(SIGNALS, *astuple(label.key), ""))


def write_place(*parts: str | int) -> str:
    return json.dumps(parts, ensure_ascii=False)
