"""The filters of the list of traces: those of conversations, which traces are in, and what only traces have."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from typing import Self

from feedback.pages.filters import Filters
from tracing.filter_language import Filter, FilterError, read_filter

FAILED = "yes"
SLOW_WORDS = {"1s": "slower than 1 s", "10s": "slower than 10 s", "60s": "slower than a minute"}
FAILED_WORDS = "with a span that failed"


@dataclass(frozen=True)
class TraceChip:
    """A filter that narrows, in words, and the address of the list without it."""

    words: str
    query: str


@dataclass(frozen=True)
class TraceFilters(Filters):
    """What the list of traces is narrowed to."""

    failed: str = ""
    slower: str = ""
    trace: str = ""
    """How the id begins."""

    @classmethod
    def from_query(cls, query: Mapping[str, str], *, range: str = "") -> Self:
        """Read the filters of an address; what it does not know narrows nothing."""
        found = super().from_query(query, range=range)
        return replace(
            found,
            failed=FAILED if found.failed == FAILED else "",
            slower=found.slower if found.slower in SLOW_WORDS else "",
            trace=found.trace.lower(),
        )

    @cached_property
    def given(self) -> Filter:
        """All but how the id begins as one filter. Raises FilterError."""
        told = {each.name for each in fields(Filters)} - {"q"}
        named = {name: value for name, value in asdict(self).items() if name in told}
        own = ["errors>0"] * bool(self.failed) + [f"latency>{self.slower}"] * bool(self.slower)
        return read_filter(" ".join([self.q, *own]).strip(), named)

    def describe_own(self) -> list[str]:
        """What only traces have, in words."""
        told = [FAILED_WORDS] * bool(self.failed) + ([SLOW_WORDS[self.slower]] if self.slower else [])
        return told + ([f"with an id that begins with “{self.trace}”"] if self.trace else [])

    def describe(self, titles: Mapping[str, str]) -> list[str]:
        """Each filter in words. `titles` has the words for kinds of signals. Raises FilterError."""
        plain = Filters(**{each.name: getattr(self, each.name) for each in fields(Filters)})
        return plain.describe(titles) + self.describe_own()


def list_trace_chips(filters: TraceFilters, titles: Mapping[str, str]) -> list[TraceChip]:
    """One for each filter that narrows, each with the list that it leaves when it is taken away."""
    found = []
    for name, value in asdict(filters).items():
        if value:
            without = replace(filters, **{name: ""}).query
            found.append(TraceChip(describe_one(name, value, titles), without))
    return found


def describe_one(name: str, value: str, titles: Mapping[str, str]) -> str:
    try:
        return ", ".join(TraceFilters(**{name: value}).describe(titles))
    except FilterError:
        return f"{name} {value}"
