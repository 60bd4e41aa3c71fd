"""The filters of REST's lists: query parameters come in, a parsed filter goes out.

`q` holds the filter language. Every field that is compared whole is a parameter, too, under each of its names.
"""

from typing import Any, Literal

from ninja import Schema
from pydantic import Field as Described
from pydantic import create_model

from tracing.filter_fields import FIELDS, THROUGH, Field, ListName
from tracing.filter_language import Filter, read_filter

HELP = 'Words, "phrases" and conditions that all have to hold, such as `refund model:gpt-5 -signal:praise cost>0.01`.'


class Filters(Schema):
    """What a list is narrowed by; what is empty narrows nothing."""

    q: str = Described("", description=HELP)

    def read(self) -> Filter:
        """Raises FilterError."""
        return read_filter(self.q, {name: str(value) for name, value in self if name != "q" and value})


def knows_field(list_name: ListName, asked: Field) -> bool:
    """Whether a list can be narrowed by a field, by itself or through another list."""
    while list_name not in asked.sql:
        if list_name not in THROUGH:
            return False
        list_name = THROUGH[list_name][0]
    return True


def build_filters(list_name: ListName) -> Any:
    """The parameters of a list, as a schema."""
    known = [each for each in FIELDS if each.kind in ("name", "time") and knows_field(list_name, each)]
    parameters = {
        name: (Literal["", *each.choices] if each.choices else str, Described("", description=each.help))
        for each in known
        for name in (each.name, *each.aliases)
    }
    return create_model(f"{list_name.title()}Filters", __base__=Filters, **parameters)  # type: ignore[call-overload]


class ConversationFilters(build_filters("conversations")):  # type: ignore[misc]
    """The parameters of lists of conversations, and of exports."""


class GenerationFilters(build_filters("generations")):  # type: ignore[misc]
    """The parameters of lists of model calls."""


class TraceFilters(build_filters("traces")):  # type: ignore[misc]
    """The parameters of lists of traces."""


class SignalFilters(build_filters("signals")):  # type: ignore[misc]
    """The parameters of lists of signals."""


class TaskFilters(build_filters("tasks")):  # type: ignore[misc]
    """The parameters of lists of tasks, and of their figures."""


class ComparisonFilters(build_filters("comparisons")):  # type: ignore[misc]
    """The parameters of rankings and lists of comparisons."""


class HourFilters(build_filters("hours")):  # type: ignore[misc]
    """The parameters of hourly figures."""
