"""Any conversation id in an address, and back: ids may hold slashes, spaces, dots, any letter at all."""

import base64
import binascii
import re

_MARK = "~"
# What browsers, proxies or Django would change on the way: empty or dotted segments, control characters.
_UNSAFE = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|[\x00-\x1f\x7f-\x9f\\\u2028\u2029]")


class ConversationIdConverter:
    """Django's path converter: an id stands as it is, or as `~` and base64 where that would not survive."""

    regex = ".+"

    def to_python(self, value: str) -> str:
        """Return the id; what was not encoded here is taken as it is."""
        return value if (found := _decode(value)) is None else found

    def to_url(self, value: str) -> str:
        return _encode(value) if value.startswith(_MARK) or _UNSAFE.search(value) else value


def _encode(value: str) -> str:
    return _MARK + base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


def _decode(value: str) -> str | None:
    if not value.startswith(_MARK):
        return None
    try:
        found = base64.urlsafe_b64decode(value[1:] + "=" * (-len(value[1:]) % 4)).decode()
    except (ValueError, binascii.Error):
        return None
    return found if _encode(found) == value else None
