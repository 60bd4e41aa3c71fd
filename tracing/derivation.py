"""Traces that changed are read again and their conversations built anew: raw spans in, derived rows out.

Running it twice changes nothing. Conversations are written before generations, because the old generations say which
conversation a trace has left.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tracing.conventions import ReadTrace, read_trace
from tracing.dialogues import Place
from tracing.exchanges import find_exchanges
from tracing.generations import Generation
from tracing.own_words import find_own_words
from tracing.pricing import Price, price_generations
from tracing.project_prices import load_project_prices
from tracing.rebuilding import Rebuilding, Rebuilt
from tracing.records import (
    load_generations,
    load_spans,
    load_templates,
    write_conversations,
    write_generations,
    write_links,
    write_tool_runs,
)
from tracing.spans import Span, Trace
from tracing.stages import Key, Stage, group_by_project
from tracing.store import Store
from tracing.text_choice import find_choice
from tracing.tool_runs import read_tool_runs
from tracing.twins import drop_repeated

READING = Stage("reading", "tracing/sql/changed_traces.sql", "tracing/sql/lag_of_traces.sql", batch_size=500)


def read_changed_traces(store: Store) -> int:
    """One batch of the stage `reading`; the number of traces read."""
    return READING.run(store, lambda keys: derive_traces(store, keys))


def derive_traces(store: Store, keys: Sequence[Key]) -> None:
    """Read these traces (project, trace id) and write what follows from them."""
    for project_id, trace_ids in group_by_project(keys).items():
        if worded := drop_purged(store, project_id, trace_ids):
            derive_traces_of_project(store, project_id, worded)


def drop_purged(store: Store, project_id: int, trace_ids: Sequence[str]) -> list[str]:
    """Those of these traces whose texts are there: what was read of others when they were cannot be read again."""
    until = find_choice(project_id).purged_until
    if until is None:
        return list(trace_ids)
    rows = store.query(
        "tracing/sql/purged_traces.sql",
        project_id=project_id,
        trace_ids=list(trace_ids),
        until_us=int(until.timestamp() * 1_000_000),
    )
    purged = {row["trace_id"] for row in rows}
    return [each for each in trace_ids if each not in purged]


def derive_traces_of_project(store: Store, project_id: int, trace_ids: Sequence[str]) -> None:
    own = load_project_prices(project_id)
    templates = load_templates(store, project_id)
    read = [read_priced(trace, own) for trace in group_by_trace(load_spans(store, project_id, trace_ids))]
    parted = drop_repeated(store, project_id, trace_ids, read)
    if parted.lost:
        derive_traces_of_project(store, project_id, sorted({*trace_ids, *parted.lost}))
        return
    traces = [find_own_words(each, templates) for each in parted.traces]
    exchanges = [exchange for read in traces for exchange in find_exchanges(read)]
    rows = store.query("tracing/sql/conversations_of_traces.sql", project_id=project_id, trace_ids=list(trace_ids))
    known = {row["trace_id"]: row["conversation_id"] for row in rows}
    rebuilding = Rebuilding(store, project_id, trace_ids, exchanges, known)
    rebuilt = rebuilding.run()
    if rebuilding.lost:
        derive_traces_of_project(store, project_id, sorted({*trace_ids, *rebuilding.lost}))
        return
    version = time.time_ns() // 1000
    write_rebuilt(store, project_id, rebuilt, version)
    generations = [each for read in traces for each in read.generations]
    generations += load_generations(store, project_id, rebuilt.moved)
    began = {(project_id, row["trace_id"], row["span_id"]): row["start_time_ns"] for row in rows}
    write_tool_runs(
        store, project_id, trace_ids, [run for read in traces for run in read_tool_runs(read.trace)], version
    )
    write_generations(store, [place(each, rebuilt.places) for each in generations], began, version)


def write_rebuilt(store: Store, project_id: int, rebuilt: Rebuilt, version: int) -> None:
    write_links(store, project_id, rebuilt.links, rebuilt.previous_links, version)
    write_conversations(
        store,
        rebuilt.conversations,
        previous={(project_id, key): conversation for key, conversation in rebuilt.previous.items()},
        affected=[(project_id, key) for key in rebuilt.affected],
        rests={(project_id, key): rest for key, rest in rebuilt.rests.items()},
        version=version,
    )


def place(generation: Generation, places: Mapping[str, Place]) -> Generation:
    """The call in the conversation where its trace belongs."""
    if not generation.conversation_id_derived or generation.trace_id not in places:
        return generation
    return replace(generation, conversation_id=places[generation.trace_id].conversation_id)


def read_priced(trace: Trace, own: Sequence[Price]) -> ReadTrace:
    """The model calls of a trace with what they cost; `own` are the project's prices."""
    read = read_trace(trace)
    return ReadTrace(trace, tuple(price_generations(trace, read.generations, own)))


def group_by_trace(spans: Sequence[Span]) -> list[Trace]:
    groups: dict[str, list[Span]] = {}
    for span in spans:
        groups.setdefault(span.trace_id, []).append(span)
    return [Trace(group) for group in groups.values()]
