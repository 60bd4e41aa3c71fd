"""Keyset pages: a cursor is the last row's place in the order, so pages stay right while rows arrive."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

MAX_LIMIT = 1_000
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Most items of a page.")]
END_OF_TIME_NS = 2**63 - 1


class CursorError(ValueError):
    """The cursor is none of ours."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in a list that is ordered by time, latest first, then by id."""

    time_ns: int = END_OF_TIME_NS
    id: str = ""


def encode_cursor(place: Place) -> str:
    text = json.dumps([place.time_ns, place.id], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> Place:
    """The place that a cursor names; the top for an empty one. Raises CursorError."""
    if not cursor:
        return Place()
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        time_ns, row_id = json.loads(base64.urlsafe_b64decode(padded))
        if isinstance(time_ns, int) and 0 <= time_ns <= END_OF_TIME_NS and isinstance(row_id, str):
            row_id.encode()
            return Place(time_ns, row_id)
    except (ValueError, TypeError, RecursionError, binascii.Error):
        pass
    raise CursorError("The cursor is not one that this API gave; take `next_cursor` of the page before, or none.")
