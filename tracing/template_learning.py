"""Services whose calls changed come in, templates that their messages share go out; what was read is read again.

A template is learnt from messages that no known one explains, so there is nothing to learn twice. What was learnt
stays: the same spans give the same words in whatever batches they come.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from tracing.derivation import READING, derive_traces
from tracing.own_words import is_text, unwrap
from tracing.own_words.templates import MessageTemplate, find_template_words, learn_templates
from tracing.records import load_templates, write_templates
from tracing.stages import Key, Stage
from tracing.store import Store

MANY_CALLS = 2_000_000
"""The store counts them, so they take none of this process's memory."""
LEARNING = Stage(
    "templates",
    "tracing/sql/changed_services.sql",
    "tracing/sql/lag_of_hours.sql",
    batch_size=20,
    row_limit=MANY_CALLS,
)
READ_AGAIN = 500
"""Latest calls of a service of which those are read again that were made from a template."""
LONGEST_MESSAGES = 200_000
"""Bytes of a call's messages, beyond which it is not learnt from."""
REST_FACTOR = 9
"""A tenth of a core at most, however much is said."""


def learn_changed_services(store: Store) -> int:
    """One batch of the stage `templates`; the number of services looked at, none while traces are being read."""
    if not LEARNING.has_work(store):
        return 0  # the stage `reading` is not to wait for nothing
    with READING.hold() as held:
        return LEARNING.run(store, lambda keys: learn_services(store, keys)) if held else 0


def learn_services(store: Store, keys: Sequence[Key]) -> None:
    """Learn the templates of these services (project, name)."""
    for project_id, service_name in keys:
        learn_service(store, project_id, service_name)


def learn_service(store: Store, project_id: int, service_name: str) -> None:
    """Learn what is new in a service's messages, and read those again that are not in the person's words."""
    rows = store.query(
        "tracing/sql/latest_messages.sql",
        project_id=project_id,
        service_name=service_name,
        limit=READ_AGAIN,
        longest=LONGEST_MESSAGES,
    )
    known = load_templates(store, project_id).get(service_name, ())
    new = [row for row in rows if is_text(row["sent_text"]) and find_template_words(row["sent_text"], known) is None]
    learnt = learn_templates(row["sent_text"] for row in new)
    write_templates(store, project_id, service_name, learnt, time.time_ns() // 1000)
    stale = {row["trace_id"] for row in rows if row["user_text"] == row["sent_text"] and is_wrapped(row, known)}
    stale |= {row["trace_id"] for row in new if is_wrapped(row, learnt)}
    derive_traces(store, [(project_id, trace_id) for trace_id in sorted(stale)])


def is_wrapped(row: Mapping[str, Any], templates: Sequence[MessageTemplate]) -> bool:
    """Whether templates find other words in a message than were found when it was read."""
    return bool(templates) and unwrap(row["sent_text"], templates) not in (row["sent_text"], row["user_text"])
