"""Values that are too long to travel beside a query: text and values in, the text with the long ones in it out.

A ClickHouse server takes a query over HTTP as long as it is told to (`max_query_size`), but no value beside it over
128 KiB (`http_max_field_value_size`, which a request cannot change). Lists of ids are longer than that now and then.
"""

import re
from collections.abc import Mapping
from typing import Any

MOST_CHARACTERS = 4_000
"""Of all values beside a query; of more the driver makes a form, in which the query itself is a value, too."""

PLACE = re.compile(r"\{(\w+):([^{}]+)\}")
SPECIAL = re.compile(r"[^0-9A-Za-z_.:@ -]|(?<=-)-")
"""What may mean something to whoever reads the query: quotes, comments, places of values."""


def write_long_values(query: str, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The same query and values where they are short; else with its lists in their places, of the types told there."""
    lists = {name: value for name, value in values.items() if isinstance(value, (list, tuple))}
    if sum(len(str(value)) for value in values.values()) <= MOST_CHARACTERS or not lists:
        return query, dict(values)

    def write(found: re.Match[str]) -> str:
        name, kind = found.groups()
        return f"CAST({write_literal(lists[name])} AS {kind})" if name in lists else found[0]

    return PLACE.sub(write, query), {name: value for name, value in values.items() if name not in lists}


def write_literal(value: Any) -> str:
    """A list, tuple, text or number as ClickHouse reads it; of a text all but plain letters by their bytes."""
    if isinstance(value, str):
        return f"'{SPECIAL.sub(write_bytes, value)}'"
    if isinstance(value, list):
        return f"[{', '.join(map(write_literal, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(write_literal, value))})"
    if isinstance(value, (int, float)):
        return str(value)
    raise TypeError(f"No literal is known for {type(value).__name__}")


def write_bytes(found: re.Match[str]) -> str:
    return "".join(f"\\x{byte:02X}" for byte in found[0].encode())
