"""Filters that narrow a list come in; each in words goes out, with the address of the list without it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace

from feedback.pages.filters import Filters, describe_conditions
from feedback.pages.list_state import ListState
from tracing.filter_fields import TEXT
from tracing.filter_language import FilterError, format_conditions, read_filter


@dataclass(frozen=True, slots=True)
class FilterChip:
    words: str
    query: str
    """Of the same list without this filter."""


def list_chips(state: ListState, titles: Mapping[str, str]) -> list[FilterChip]:
    """One for each selector that narrows, and for each condition of the search; a search that cannot be read gives
    none. `titles` has the words for kinds of signals."""
    return [*list_selected(state, titles), *list_searched(state, titles)]


def list_selected(state: ListState, titles: Mapping[str, str]) -> Iterator[FilterChip]:
    for field in fields(Filters):
        value = getattr(state.filters, field.name)
        if not value or field.name == "q":
            continue
        try:
            words = ", ".join(Filters(**{field.name: value}).describe(titles))
        except FilterError:
            words = f"{field.name} {value}"
        yield FilterChip(words, state.narrow(replace(state.filters, **{field.name: ""})).query)


def list_searched(state: ListState, titles: Mapping[str, str]) -> Iterator[FilterChip]:
    """Words that are looked for go together, as they are told in one."""
    try:
        conditions = read_filter(state.filters.q).conditions
    except FilterError:
        return
    said = [each for each in conditions if each.field == TEXT and not each.negated]
    parts = [[each] for each in conditions if each not in said] + ([said] if said else [])
    for part in parts:
        others = format_conditions([each for each in conditions if each not in part])
        words = ", ".join(describe_conditions(part, titles))
        yield FilterChip(words, state.narrow(replace(state.filters, q=others)).query)
