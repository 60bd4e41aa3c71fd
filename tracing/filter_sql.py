"""A filter and the list that it is for come in, what its query has to hold goes out as SQL.

Every piece of SQL is a fixed text of `tracing/filter_fields.py`; values are bound, under names that are numbered. Only
what was asked for stands in it, so that the engine uses the indexes that there are for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tracing.filter_fields import NAMES, TEXT, TEXT_FIELD, THROUGH, Field, ListName
from tracing.filter_language import Condition, Filter, Operator, read_quantity
from tracing.words import Search, read_search

MARKER = "true /* filter */"
"""Where a query file takes a filter; as it stands it takes every row."""
MOMENT = "fromUnixTimestamp64Nano({%s:Int64}, 'UTC')"
EARLIEST_NS = 0
LATEST_NS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Where:
    """What stands in the place of `MARKER`, and the parameters that it binds."""

    sql: str = MARKER
    parameters: Mapping[str, Any] = field(default_factory=dict)


def compile_filter(given: Filter, list_name: ListName, now_ns: int) -> Where:
    """The conditions of a list, all but where phrases have to stand. Raises FilterError for a field it has not.

    `now_ns`, in nanoseconds since the epoch, is what ages are counted from.
    """
    pieces: list[str] = []
    bound: dict[str, Any] = {}
    for condition in given.conditions:
        if condition.field != TEXT:
            pieces.append(place_values(compile_condition(given, condition, list_name, now_ns), bound))
    pieces += [place_values(where, bound) for where in compile_text(given, list_name)]
    return Where(" AND ".join(pieces) or MARKER, bound)


def place_values(where: Where, bound: dict[str, Any]) -> str:
    """The SQL with its parameters renamed to numbers of their own, which are added to `bound`."""
    sql = where.sql
    for name, value in where.parameters.items():
        numbered = f"filter_{len(bound)}"
        sql = sql.replace(f"{{{name}:", f"{{{numbered}:")
        bound[numbered] = value
    return f"({sql})"


def compile_condition(given: Filter, condition: Condition, list_name: ListName, now_ns: int) -> Where:
    asked = NAMES[condition.field]
    column, around = find_column(given, condition, asked, list_name)
    if asked.kind == "name":
        where = Where(column, {"values": list(condition.values)})
    elif asked.kind == "time":
        where = compare_times(column, condition, asked, now_ns)
    else:
        where = compare_numbers(column, condition, asked)
    sql = around.replace("%s", where.sql)
    return Where(f"NOT ifNull({sql}, false)" if condition.negated else sql, where.parameters)


def find_column(given: Filter, condition: Condition, asked: Field, list_name: ListName) -> tuple[str, str]:
    """The SQL of a field, and that of the lists through which this one is asked, with `%s` for it."""
    around, at = "%s", list_name
    while at not in asked.sql:
        if at not in THROUGH:
            raise given.fail(condition, f"a list of {list_name} has no `{asked.name}`")
        at, step = THROUGH[at]
        around = around.replace("%s", step)
    return asked.sql[at], around


def compare_numbers(column: str, condition: Condition, asked: Field) -> Where:
    quantities = [read_quantity(asked, value) for value in condition.values]
    if condition.operator == ":":
        return Where(f"{column} IN {{values:Array(Float64)}}", {"values": quantities})
    return Where(f"{column} {condition.operator} {{value:Float64}}", {"value": quantities[0]})


def compare_times(column: str, condition: Condition, asked: Field, now_ns: int) -> Where:
    """A day or moment is all of the time that it names: after it is after its end."""
    pieces: list[str] = []
    bound: dict[str, Any] = {}
    for value in condition.values:
        since_ns, until_ns = find_span(condition.operator, read_quantity(asked, value, now_ns))
        for sign, edge_ns in ((">=", since_ns), ("<", until_ns)):
            name = f"edge_{len(bound)}"
            bound[name] = edge_ns
            pieces.append(f"{column} {sign} {MOMENT % name}")
    pairs = [f"({since} AND {until})" for since, until in zip(pieces[::2], pieces[1::2], strict=True)]
    return Where(f"({' OR '.join(pairs)})", bound)


def find_span(operator: Operator, quantity: Any) -> tuple[int, int]:
    """The time that is asked for: its first nanosecond, and the one after its last."""
    start_ns, end_ns = quantity
    if operator == ">=" or (operator == ":" and end_ns is None):
        return start_ns, LATEST_NS
    if operator == ">":
        return start_ns if end_ns is None else end_ns, LATEST_NS
    if operator == "<":
        return EARLIEST_NS, start_ns
    return (EARLIEST_NS if operator == "<=" else start_ns), start_ns if end_ns is None else end_ns


def find_bounds(given: Filter, now_ns: int) -> tuple[int, int]:
    """The time that the conditions leave: its first nanosecond, and the one after its last."""
    spans = [
        find_span(condition.operator, read_quantity(NAMES["time"], condition.values[0], now_ns))
        for condition in given.conditions
        if condition.field == "time" and not condition.negated and len(condition.values) == 1
    ]
    return max([EARLIEST_NS, *(since for since, _ in spans)]), min([LATEST_NS, *(until for _, until in spans)])


def find_search(given: Filter) -> Search:
    """The words and phrases that have to occur, and the phrases that must not."""
    said, unsaid = (read_search(each.values[0] for each in list_terms(given, negated)) for negated in (False, True))
    return replace(said, unsaid=unsaid.phrases)


def list_terms(given: Filter, negated: bool) -> list[Condition]:
    return [each for each in given.conditions if each.field == TEXT and each.negated == negated]


def compile_text(given: Filter, list_name: ListName) -> list[Where]:
    """All words in one piece, and each that must not occur in one of its own."""
    pieces: list[Where] = []
    if said := list_terms(given, negated=False):
        words = find_words(given, said, list_name)
        pieces.append(place_words(given, said[0], words, list_name) if words else Where("false"))
    for term in list_terms(given, negated=True):
        words = find_words(given, [term], list_name)
        if words and not read_search(term.values).phrases:
            where = place_words(given, term, words, list_name)
            pieces.append(replace(where, sql=f"NOT {where.sql}"))
    return pieces


def find_words(given: Filter, terms: Sequence[Condition], list_name: ListName) -> list[str]:
    """The words of the terms; raises FilterError for a phrase where nobody reads whether it stands."""
    for term in terms:
        if list_name != "conversations" and read_search(term.values).phrases:
            raise given.fail(term, f"phrases are looked for in lists of conversations, not of {list_name}")
    return list(read_search(term.values[0] for term in terms).words)


def place_words(given: Filter, term: Condition, words: list[str], list_name: ListName) -> Where:
    column, around = find_column(given, term, TEXT_FIELD, list_name)
    return Where(around.replace("%s", column), {"values": words})
