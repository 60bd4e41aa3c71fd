"""What a list of conversations shows: an address comes in, filters, order and columns go out, and back as an address.

The order in which its parts stand is always the same, so that two addresses of the same list are the same text.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Self
from urllib.parse import parse_qsl, urlencode

from feedback.pages.filters import Filters
from feedback.pages.list_columns import USUAL, read_columns, write_columns

DISSATISFIED = "dissatisfied"
"""What a list can be sorted by besides time, the likeliest first."""
LONGEST_QUERY = 20_000
"""Of an address, in characters; a filter has 4,000, each of which takes up to twelve there."""


@dataclass(frozen=True)
class ListState:
    filters: Filters = field(default_factory=Filters)
    sort: str = ""
    columns: tuple[str, ...] = USUAL

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Read what an address asks for; what it does not know is left out."""
        sort = DISSATISFIED if query.get("sort") == DISSATISFIED else ""
        return cls(Filters.from_query(query), sort, read_columns(query.get("columns", "")))

    @classmethod
    def read(cls, query: str) -> Self:
        """The same of the text behind the question mark."""
        return cls.from_query(dict(parse_qsl(query.removeprefix("?")[:LONGEST_QUERY])))

    @property
    def parts(self) -> dict[str, str]:
        """What stands in an address, by name: only what is not usual."""
        others = {"sort": self.sort, "columns": write_columns(self.columns)}
        return {name: value for name, value in (asdict(self.filters) | others).items() if value}

    @property
    def query(self) -> str:
        """As it stands in an address."""
        return urlencode(self.parts)

    def narrow(self, filters: Filters) -> Self:
        """The same list with other filters."""
        return replace(self, filters=filters)
