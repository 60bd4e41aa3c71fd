"""Traces that changed are read again and their conversations built anew: raw spans in, derived rows out.

Running it twice changes nothing. Conversations are written before generations, because the old generations say which
conversation a trace has left.
"""

import time
from collections.abc import Iterable, Mapping, Sequence

from tracing.conventions import ReadTrace, read_trace
from tracing.conversations import (
    CallKey,
    Conversation,
    Exchange,
    Sender,
    build_conversation,
    find_exchanges,
    list_exchanges,
)
from tracing.pricing import Price, price_generations
from tracing.project_prices import load_project_prices
from tracing.records import (
    load_conversations,
    load_senders,
    load_spans,
    write_conversations,
    write_generations,
)
from tracing.spans import Span, Trace
from tracing.stages import Key, Stage, group_by_project
from tracing.store import Store

READING = Stage("reading", "tracing/sql/changed_traces.sql", "tracing/sql/lag_of_traces.sql", batch_size=500)


def read_changed_traces(store: Store) -> int:
    """One batch of the stage `reading`; the number of traces read."""
    return READING.run(store, lambda keys: derive_traces(store, keys))


def derive_traces(store: Store, keys: Sequence[Key]) -> None:
    """Read these traces (project, trace id) and write what follows from them."""
    for project_id, trace_ids in group_by_project(keys).items():
        derive_traces_of_project(store, project_id, trace_ids)


def derive_traces_of_project(store: Store, project_id: int, trace_ids: Sequence[str]) -> None:
    own = load_project_prices(project_id)
    traces = [read_priced(trace, own) for trace in group_by_trace(load_spans(store, project_id, trace_ids))]
    exchanges = [exchange for read in traces for exchange in find_exchanges(read)]
    known = store.query("tracing/sql/conversations_of_traces.sql", project_id=project_id, trace_ids=list(trace_ids))
    affected = sorted({row["conversation_id"] for row in known} | {each.conversation_id for each in exchanges})
    previous = load_conversations(store, project_id, affected)
    senders = load_senders(store, project_id, list_trace_ids(previous.values()))
    rebuilt = rebuild_conversations(previous, senders, exchanges, set(trace_ids))
    version = time.time_ns() // 1000
    write_conversations(
        store,
        rebuilt,
        previous={(project_id, key): conversation for key, conversation in previous.items()},
        affected=[(project_id, key) for key in affected],
        version=version,
    )
    began = {(project_id, row["trace_id"], row["span_id"]): row["start_time_ns"] for row in known}
    write_generations(store, [each for read in traces for each in read.generations], began, version)


def read_priced(trace: Trace, own: Sequence[Price]) -> ReadTrace:
    """The model calls of a trace with what they cost; `own` are the project's prices."""
    read = read_trace(trace)
    return ReadTrace(trace, tuple(price_generations(trace, read.generations, own)))


def group_by_trace(spans: Sequence[Span]) -> list[Trace]:
    groups: dict[str, list[Span]] = {}
    for span in spans:
        groups.setdefault(span.trace_id, []).append(span)
    return [Trace(group) for group in groups.values()]


def list_trace_ids(conversations: Iterable[Conversation]) -> list[str]:
    return sorted({answer.trace_id for each in conversations for answer in each.answers})


def rebuild_conversations(
    previous: Mapping[str, Conversation],
    senders: Mapping[CallKey, Sender],
    exchanges: Sequence[Exchange],
    read_trace_ids: set[str],
) -> list[Conversation]:
    """Each conversation from what it keeps of other traces and what the traces just read say now."""
    gathered: dict[str, list[Exchange]] = {}
    for conversation in previous.values():
        for exchange in list_exchanges(conversation, senders):
            if exchange.answer.trace_id not in read_trace_ids:
                gathered.setdefault(exchange.conversation_id, []).append(exchange)
    for exchange in exchanges:
        gathered.setdefault(exchange.conversation_id, []).append(exchange)
    return [build_conversation(each) for each in gathered.values()]
