"""What the store knows of conversations that may need a person now: rows come out, by conversation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from drift.handing_over.reasons import ANGRY, REASONS, Heard
from feedback.conversation_list import keep_said
from tracing.filter_language import read_filter
from tracing.filter_sql import compile_filter, find_search
from tracing.store import Store
from tracing.times import to_ns

ASKED = {
    "kinds": [reason.kind for reason in REASONS],
    "least": [reason.least for reason in REASONS],
    "angry": ANGRY,
}
MOST_PAST = 20_000

HeardByKind = dict[str, list[Heard]]


@dataclass(frozen=True, slots=True)
class LiveConversation:
    conversation_id: str
    user_id: str
    service_name: str
    environment: str


def load_reasons(store: Store, project_id: int, conversation_ids: Sequence[str]) -> dict[str, HeardByKind]:
    """What may be a reason, of these conversations."""
    rows = store.query(
        "drift/sql/live_reasons.sql", project_id=project_id, conversation_ids=list(conversation_ids), **ASKED
    )
    return gather(rows)


def load_past_reasons(
    store: Store, project_id: int, filter_text: str, since: datetime, until: datetime
) -> dict[str, HeardByKind]:
    """The same of all conversations of that time which match, the latest. Raises FilterError."""
    given = read_filter(filter_text)
    rows = store.query(
        "drift/sql/past_reasons.sql",
        compile_filter(given, "conversations", to_ns(until)),
        project_id=project_id,
        since_ns=to_ns(since),
        until_ns=to_ns(until),
        limit=MOST_PAST,
        **ASKED,
    )
    return gather(keep_said(store, project_id, find_search(given), rows))


def gather(rows: Iterable[Mapping[str, Any]]) -> dict[str, HeardByKind]:
    heard: dict[str, HeardByKind] = {}
    for row in rows:
        heard.setdefault(row["conversation_id"], {})[row["kind"]] = [Heard(*turn) for turn in row["turns"]]
    return heard


def load_matching(
    store: Store, project_id: int, filter_text: str, conversation_ids: Sequence[str], now: datetime
) -> list[LiveConversation]:
    """Those that match. Raises FilterError."""
    given = read_filter(filter_text)
    rows = store.query(
        "drift/sql/live_conversations.sql",
        compile_filter(given, "conversations", to_ns(now)),
        project_id=project_id,
        conversation_ids=list(conversation_ids),
    )
    return [LiveConversation(**row) for row in keep_said(store, project_id, find_search(given), rows)]
