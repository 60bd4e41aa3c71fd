"""Ten million spans of one: the rows of a filled project again and again, under other ids, a little earlier.

Made anew by `benchmarks/fill` they take hours; their copies take minutes, and are as large and as many to every query:
ids begin otherwise, so that the copies of a text lie apart in the store and do not compress better than other texts.
"""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracing.store import Store

STEP_MS = 37
"""By so much is each copy earlier than the one before."""
NAMES = frozenset({"conversation_id", "user_id"})
TRACES = frozenset({"trace_id", "TraceId", "answers.trace_id"})
SPANS = frozenset(
    {"span_id", "SpanId", "parent_span_id", "ParentSpanId", "other_span_ids"}
    | {"answers.span_id", "answers.generation_span_ids"}
)
SETTINGS = "max_threads = 1, max_insert_threads = 1, max_block_size = 1024, min_insert_block_size_bytes = 100000000"


def multiply(store: "Store", project_id: int, times: int, tables: Iterable[str]) -> None:
    """These tables have so many times the rows then; prints how long each took."""
    for table in tables:
        began = time.monotonic()
        store.execute(tell_copies(store, table), project_id=project_id, times=times)
        print(f"{table}: {time.monotonic() - began:.0f} s", flush=True)


def tell_copies(store: "Store", table: str) -> str:
    """The statement that writes the copies of a table's rows."""
    stored = store.query("benchmarks/sql/stored_columns.sql", table=table)
    names = ", ".join(f"`{row['name']}`" for row in stored)
    values = ", ".join(change(row["name"], row["type"]) for row in stored)
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} ARRAY JOIN range(1, {{times:UInt32}}) AS copy "  # noqa: S608 -- of the schema's own names
        f"WHERE project_id = {{project_id:UInt32}} SETTINGS {SETTINGS}"
    )


def change(name: str, type_name: str) -> str:
    """What a column's values are in a copy."""
    if name in NAMES:
        return alter(name, type_name, "if({} = '', '', concat(toString(copy), '-', {}))")
    if name in TRACES:
        return alter(name, type_name, "if({} = '', '', lower(hex(sipHash128(copy, {}))))")
    if name in SPANS:
        return alter(name, type_name, "if({} = '', '', lower(hex(sipHash64(copy, {}))))")
    if name == "SpanAttributes":
        key = "'gen_ai.conversation.id'"
        return f"mapUpdate(`{name}`, map({key}, concat(toString(copy), '-', `{name}`[{key}])))"
    if type_name.startswith("DateTime64"):
        return f"`{name}` - toIntervalMillisecond({STEP_MS} * copy)"
    return f"`{name}`"


def alter(name: str, type_name: str, pattern: str) -> str:
    """The pattern over a text, over each of a list of texts, or over each of a list of lists."""
    if type_name.startswith("Array(Array("):
        return f"arrayMap(each -> arrayMap(one -> {pattern.format('one', 'one')}, each), `{name}`)"
    if type_name.startswith("Array("):
        return f"arrayMap(one -> {pattern.format('one', 'one')}, `{name}`)"
    return pattern.format(f"`{name}`", f"`{name}`")
