"""Where a page of a list ends: time and id of its last row in, a token for the address out, and back."""

import base64
import binascii
from dataclasses import dataclass

LATEST_NS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """Rows after it are older, or as old with a smaller id. The default stands before all rows."""

    time_ns: int = LATEST_NS
    conversation_id: str = ""

    def encode(self) -> str:
        packed = f"{self.time_ns}:{self.conversation_id}".encode()
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(token: str) -> Cursor:
    """Return the cursor of a token; one that was not made here leads to the start of the list.

    >>> decode_cursor(Cursor(5, "a:b").encode())
    Cursor(time_ns=5, conversation_id='a:b')
    """
    try:
        packed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        time_ns, _, conversation_id = packed.partition(":")
        cursor = Cursor(int(time_ns), conversation_id)
    except (ValueError, binascii.Error):
        return Cursor()
    return cursor if token and 0 <= cursor.time_ns <= LATEST_NS else Cursor()
