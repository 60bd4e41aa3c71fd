"""What goes on around conversations, from the store: a batch comes in, the traffic around each goes out.

A few queries a batch, each by a sort key or by the hour: none reads more where there are more conversations in all.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from feedback.detectors.machine_names import KEYS, TELLING_KEYS
from feedback.detectors.machines import BURST_NEAR_NS, RUSH
from feedback.detectors.material import Material
from feedback.detectors.rhythm import NEAREST
from feedback.detectors.traffic import Alike, Traffic
from tracing.conversations import Conversation
from tracing.records.generations import find_hour
from tracing.records.summaries import FIRST_MESSAGE_CHARACTERS
from tracing.store import Store
from tracing.texts.stand_ins import is_purged

AROUND_NS = 9 * 86_400 * 10**9
"""Conversations that begin alike are looked for so long before and after: a daily one is known after eight."""
MINUTE_NS = 60 * 10**9
EARLIER_CONVERSATIONS = 500
"""At most so many earlier ones are listened to again for a pattern that came to be known."""

_NUMBERS = re.compile(rb"[0-9]+")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was loaded around several conversations."""

    alike: Mapping[tuple[int, str, str], Alike] = field(default_factory=dict)
    """By opening, service and user."""
    rushes: Mapping[tuple[str, str, int], int] = field(default_factory=dict)
    """By service, user and minute (seconds since the epoch)."""
    names: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By trace, the row of what its spans say."""

    def find(self, conversation: Conversation) -> Traffic:
        """The traffic around one of them."""
        opening, start_ns = hash_opening(conversation), conversation.start_time_ns
        service, user = conversation.service_name, conversation.user_id
        names = self.names.get(find_first_trace(conversation), {})
        return Traffic(
            opening=opening,
            alike=self.alike.get((opening, service, user), Alike()),
            rush=self.rushes.get((service, user, start_ns // MINUTE_NS * 60), 0),
            resource=dict(names.get("resource", ())),
            span_keys=frozenset(names.get("span_keys", ())),
            scopes=frozenset(names.get("scopes", ())),
        )


def load_surroundings(store: Store, project_id: int, conversations: Sequence[Conversation]) -> Surroundings:
    """What is known around these conversations."""
    if not conversations:
        return Surroundings()
    return Surroundings(
        load_alike(store, project_id, conversations),
        load_rushes(store, project_id, conversations),
        load_names(store, project_id, conversations),
    )


def load_alike(
    store: Store, project_id: int, conversations: Sequence[Conversation]
) -> dict[tuple[int, str, str], Alike]:
    starts = [each.start_time_ns for each in conversations]
    openings = {opening for each in conversations if (opening := hash_opening(each))}
    if not openings:
        return {}
    rows = store.query(
        "feedback/sql/alike_conversations.sql",
        project_id=project_id,
        openings=sorted(openings),
        user_ids=list_users(conversations),
        since_ns=min(starts) - AROUND_NS,
        until_ns=max(starts) + AROUND_NS,
    )
    return {(row["opening"], row["service_name"], row["user_id"]): read_alike(row) for row in rows}


def read_alike(row: Mapping[str, Any]) -> Alike:
    ordered = sorted(zip(row["starts_ns"], row["in_minute"], strict=True))
    return Alike(tuple(start for start, _ in ordered), tuple(count for _, count in ordered))


def load_rushes(
    store: Store, project_id: int, conversations: Sequence[Conversation]
) -> dict[tuple[str, str, int], int]:
    minutes = {each.start_time_ns // MINUTE_NS * 60 for each in conversations}
    minutes = {minute for minute in minutes if 0 <= minute < 2**32}  # a time that the store tells in seconds
    rows = store.query(
        "feedback/sql/rushes.sql",
        project_id=project_id,
        hours_s=sorted({find_hour(minute * 10**9) for minute in minutes}),
        minutes_s=sorted(minutes),
        user_ids=list_users(conversations),
        enough=RUSH,
    )
    return {(row["service_name"], row["user_id"], row["minute_s"]): row["conversations"] for row in rows}


def load_names(store: Store, project_id: int, conversations: Sequence[Conversation]) -> dict[str, dict[str, Any]]:
    """What the spans of the first trace of each say, by trace.

    Values of attributes are asked for only where one is there whose value tells: they stand beside the texts.
    """
    path = "feedback/sql/names_of_traces.sql"
    trace_ids = sorted(set(map(find_first_trace, conversations)))
    rows = store.query(path, project_id=project_id, trace_ids=trace_ids, keys=f"^(?:{KEYS})$")
    names = {row["trace_id"]: row for row in rows}
    told = [key for key, row in names.items() if not set(TELLING_KEYS).isdisjoint(row["span_keys"])]
    for row in load_callers(store, project_id, told):
        names[row["trace_id"]]["resource"] += row["callers"]
    return names


def load_callers(store: Store, project_id: int, trace_ids: Sequence[str]) -> list[dict[str, Any]]:
    if not trace_ids:
        return []
    path = "feedback/sql/callers_of_traces.sql"
    return store.query(path, project_id=project_id, trace_ids=list(trace_ids), attribute_names=list(TELLING_KEYS))


def list_users(conversations: Iterable[Conversation]) -> list[str]:
    return sorted({each.user_id for each in conversations} | {""})


def find_first_trace(conversation: Conversation) -> str:
    return conversation.turns[0].parts[0].trace_id


def hash_opening(conversation: Conversation) -> int:
    """The digest of `tracing/schema/020_openings.sql` of the words that a conversation opens with; 0 where they are
    not known."""
    first = conversation.turns[0]
    text = first.user_text[:FIRST_MESSAGE_CHARACTERS].strip(" ")
    if first.index or not text or is_purged(text):
        return 0
    plain = _NUMBERS.sub(b"0", text.encode().lower())
    return int.from_bytes(hashlib.md5(plain, usedforsecurity=False).digest()[:8], "little")


def list_earlier(store: Store, project_id: int, materials: Iterable[Material], version: int) -> list[str]:
    """Conversations that belong to a pattern of these and were heard as people's before it was known.

    `version` (microseconds) is of this time: those that are heard in it are left out.
    """
    led = [each for each in materials if each.verdict.by_traffic]
    windows = {window for each in led for window in list_windows(each.conversation, each.traffic)}
    if not windows:
        return []
    columns = list(zip(*sorted(windows), strict=True))
    names = ("openings", "services", "users", "since", "until")
    rows = store.query(
        "feedback/sql/earlier_alike.sql",
        project_id=project_id,
        version=version,
        limit=EARLIER_CONVERSATIONS,
        **{name: list(values) for name, values in zip(names, columns, strict=True)},
    )
    return [row["conversation_id"] for row in rows]


def list_windows(conversation: Conversation, traffic: Traffic) -> list[tuple[int, str, str, int, int]]:
    """Opening, service, user and the time (nanoseconds) between which others belong to the same pattern."""
    start_ns = conversation.start_time_ns
    near = sorted(traffic.alike.starts_ns, key=lambda each: abs(each - start_ns))[:NEAREST]
    if not near:
        return []
    since = min(*near, start_ns - BURST_NEAR_NS)
    until = max(*near, start_ns + BURST_NEAR_NS)
    return [(traffic.opening, conversation.service_name, conversation.user_id, since, until)]
