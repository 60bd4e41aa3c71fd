"""Keyset pages: a cursor is the last row's place in the order, so pages stay right while rows arrive."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

MAX_LIMIT = 1_000
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Most items of a page.")]
Cursor = Annotated[str, Field(description="`next_cursor` of the page before; without one, the first page.")]
END_OF_TIME_NS = 2**63 - 1


class CursorError(ValueError):
    """The cursor is none of ours."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in a list that is ordered by time, latest first, then by id."""

    time_ns: int = END_OF_TIME_NS
    id: str = ""


def encode_cursor(place: Place, resource: str) -> str:
    text = json.dumps([resource, place.time_ns, place.id], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, resource: str) -> Place:
    """The place that a cursor of the list `resource` names; the top for an empty one. Raises CursorError."""
    if not cursor:
        return Place()
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        name, time_ns, row_id = json.loads(base64.urlsafe_b64decode(padded))
        is_place = type(time_ns) is int and 0 <= time_ns <= END_OF_TIME_NS and isinstance(row_id, str)
        if name == resource and is_place:
            row_id.encode()
            return Place(time_ns, row_id)
    except (ValueError, TypeError, RecursionError, binascii.Error):
        pass
    raise CursorError(f"The cursor is none that `{resource}` gave; take `next_cursor` of the page before, or none.")


def give_page(resource: str, items: Sequence[Any], next_place: Place | None) -> dict[str, Any]:
    """A page as REST gives it; `next_place` is where its last row stands, None where no other page follows."""
    return {"items": items, "next_cursor": None if next_place is None else encode_cursor(next_place, resource)}
