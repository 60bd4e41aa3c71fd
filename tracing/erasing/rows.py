"""The rows of ClickHouse: what an erasure is about is listed there once, so that it is known to the end, and goes."""

import json
from collections.abc import Sequence

from django.utils.crypto import salted_hmac

from tracing.conventions.origins import USER_KEYS
from tracing.erasing.files import delete_counted
from tracing.erasing.scope import Scope
from tracing.masking_rules import mask_id
from tracing.store import Store

BY_CONVERSATION = (
    *("conversations", "signals", "confirmations", "labels", "reviews", "settled_reviews", "hearings", "estimates"),
    *("failing_turns", "observations", "openings", "agent_tasks"),
)
BY_CALL = ("generations", "generations_by_time", "tool_runs")
BY_TRACE = ("conversation_links", "reprocessing_traces")
OWN = {
    "otel_traces": "tracing/sql/erased_spans.sql",
    "otel_logs": "tracing/sql/erased_logs.sql",
    "turns": "tracing/sql/erased_turns.sql",
    "feedback": "tracing/sql/erased_feedback.sql",
    "asks": "tracing/sql/erased_asks.sql",
    "dead_letters": "tracing/sql/erased_letters.sql",
    "message_templates": "tracing/sql/erased_templates.sql",
}
TIMED = ("otel_logs", "feedback")
MOST_TEXTS = 200
"""That dead letters are looked through for, which the engine does at once."""
MOST_IDS = 2**63


def list_targets(store: Store, project_id: int, scope: Scope) -> None:
    """Write down in the store what is to go. Begun again it begins anew."""
    forget_targets(store, project_id)
    for name in list_stored(project_id, scope):
        add_target(store, project_id, scope.kind, name)
    store.change("tracing/sql/erasure_conversations.sql", project_id=project_id, **scope.bounds_ns)
    follow_targets(store, project_id, scope)


def list_stored(project_id: int, scope: Scope) -> list[str]:
    """The id as it was sent, and as a pseudonym where masking makes one of it: rows of before that rule hold the id."""
    masked = mask_id(project_id, scope.name, "user.id" if scope.kind == "user" else "identifier")
    return [each for each in dict.fromkeys((scope.name, masked)) if each]


def follow_targets(store: Store, project_id: int, scope: Scope) -> None:
    """What follows from users, conversations and traces that are written down."""
    bound = {"project_id": project_id, **scope.bounds_ns}
    store.change("tracing/sql/erasure_traces.sql", user_names=list(USER_KEYS), **bound)
    store.change("tracing/sql/erasure_kept_spans.sql", project_id=project_id)
    store.change("tracing/sql/erasure_followers.sql", project_id=project_id)
    store.change("tracing/sql/erasure_letters.sql", texts=list_texts(store, project_id), **bound)
    store.change("tracing/sql/erasure_digests.sql", project_id=project_id, **make_keys(project_id))


def list_texts(store: Store, project_id: int) -> list[str]:
    """How the ids stand in a dead letter: as a value of JSON, or of JSON in it."""
    ids = [*load_targets(store, project_id, "user"), *load_targets(store, project_id, "conversation", MOST_TEXTS // 2)]
    quoted = [json.dumps(each) for each in ids[: MOST_TEXTS // 2]]
    return [*quoted, *(json.dumps(each)[1:-1] for each in quoted)]


def add_target(store: Store, project_id: int, kind: str, name: str) -> None:
    store.insert("erasure_targets", {"project_id": [project_id], "kind": [kind], "id": [name]})


def load_targets(store: Store, project_id: int, kind: str, limit: int = MOST_IDS) -> Sequence[str]:
    rows = store.query_columns("tracing/sql/erasure_targets.sql", project_id=project_id, kind=kind, limit=limit)
    return rows.get("id", ())


def tell_apart(store: Store, ids: Sequence[str]) -> list[str]:
    """Those that are no part of an id that somebody still has: `user-2` is not looked for where there is `user-25`."""
    rows = store.query_columns("tracing/sql/ids_within_others.sql", ids=list(ids))
    return sorted(set(ids) - set(rows.get("id", ())))


def forget_targets(store: Store, project_id: int) -> None:
    store.change("tracing/sql/delete_project.sql", table="erasure_targets", project_id=project_id)


def delete_rows(store: Store, project_id: int, scope: Scope) -> dict[str, int]:
    """Delete what is written down; rows by table. The turns come last of those that others are found by."""
    by_path = {
        **dict.fromkeys(BY_CONVERSATION, "tracing/sql/erased_by_conversation.sql"),
        **dict.fromkeys(BY_CALL, "tracing/sql/erased_by_call.sql"),
        **dict.fromkeys(BY_TRACE, "tracing/sql/erased_by_trace.sql"),
        **OWN,
    }
    counts = {}
    for table, path in by_path.items():
        if table == "message_templates":  # the messages are gone by now: what only they had is no template
            store.change("tracing/sql/erasure_templates.sql", project_id=project_id)
        bounds = scope.bounds_ns if table in TIMED else {}
        counts[table] = delete_counted(store, path, table, project_id, **bounds)
    return counts


def list_returned(store: Store, project_id: int, after_us: int) -> bool:
    """Write down the traces that came in since then although they were erased; whether there are any."""
    forget_targets(store, project_id)
    store.change("tracing/sql/erasure_returned.sql", project_id=project_id, after_us=after_us, **make_keys(project_id))
    if not load_targets(store, project_id, "trace", 1):
        return False
    store.change("tracing/sql/erasure_conversations_alone.sql", project_id=project_id)
    store.change("tracing/sql/erasure_followers.sql", project_id=project_id)
    return True


def make_keys(project_id: int) -> dict[str, int]:
    """With which traces are digested, so that a digest says nothing to who has not this installation's secret."""
    digest = salted_hmac("tacit.erased_traces", str(project_id), algorithm="sha256").digest()
    return {"key": int.from_bytes(digest[:8], "big"), "second_key": int.from_bytes(digest[8:16], "big")}
