"""What becomes of rows in Arrow, by which Hugging Face's `datasets` reads them for TRL: rows come in, what it would
change goes out, and how to tell it not to merge the keys of different tools."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from feedback.datasets.record import Reason

INTEGERS: Final = range(-(2**63), 2**63)
LARGEST: Final = 1e300
"""From here on `datasets` reads some numbers as infinite."""


def check_values(row: Any) -> Reason | None:
    """Say whether a number in the row would be read as another one, or stop the reader."""
    return None if all(is_kept(value) for value in list_values(row)) else Reason.NOT_JSON


def is_kept(value: Any) -> bool:
    if isinstance(value, int):
        return value in INTEGERS
    return not isinstance(value, float) or abs(value) < LARGEST


def list_values(value: Any) -> Iterator[Any]:
    """Everything in it that holds nothing else."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inner is None:
        yield value
    else:
        for each in inner:
            yield from list_values(each)


def tell_features(*columns: str, **others: str) -> Mapping[str, Mapping[str, str]]:
    """For the trainer advice: columns of objects, and the types of the others. A file beyond 10 MB in which a tool is
    called or changed late is read only so: `datasets` takes the first 10 MB for the shape of all rows, and stops."""
    return {"features": dict.fromkeys(columns, "List(Json())") | others}
