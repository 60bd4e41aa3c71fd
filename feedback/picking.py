"""Conversations that somebody picked from the list: a form comes in, a filter that finds them goes out, and their ids.

Those that were ticked, or all that the list matches, whatever page they stand on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.http import QueryDict

from feedback.conversation_rows import read_rows
from feedback.pages.list_state import ListState
from tracing.filter_language import Condition, Filter, FilterError, format_conditions
from tracing.filter_sql import compile_filter
from tracing.store import Store

MOST_TICKED = 1_000


class NothingPickedError(ValueError):
    """The message says what to do."""


@dataclass(frozen=True)
class Picked:
    given: Filter
    is_all: bool
    """Whether it is all that match, and not what was ticked."""
    query: str
    """Of the list that they were picked from, as it stands in its address."""

    @classmethod
    def read(cls, form: QueryDict) -> Self:
        """Raises NothingPickedError, or FilterError of a list that cannot be read."""
        state = ListState.read(form.get("query", ""))
        if form.get("of") == "all":
            compile_filter(state.filters.given, "conversations", 0)
            return cls(state.filters.given, True, state.query)
        ids = tuple(dict.fromkeys(each for each in form.getlist("conversation") if each))[:MOST_TICKED]
        if not ids:
            raise NothingPickedError("Tick conversations first, or choose all that match.")
        return cls(Filter((Condition("conversation", ":", ids),)), False, state.query)

    @property
    def text(self) -> str:
        """In the filter language."""
        return format_conditions(self.given.conditions)

    def find_ids(self, store: Store, project_id: int, most: int) -> Sequence[str]:
        """Raises FilterError where more match."""
        rows = read_rows(store, project_id, self.given, most + 1)
        ids = [row["conversation_id"] for row in rows]
        if len(ids) > most:
            raise FilterError(f"More than {most:,} conversations match: narrow the list first.")
        return ids
