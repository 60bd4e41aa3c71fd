"""The name that a value is kept under comes in; whether it is an id, a secret by its name alone, or goes, comes out."""

import re
from enum import Enum
from functools import lru_cache
from typing import Final

from tacit import attributes as keys

from tracing.conventions.origins import CONVERSATION_KEYS, CONVERSATION_METADATA, MESSAGE_KEYS, USER_KEYS, USER_METADATA
from tracing.masking.rules import Masking, is_dropped
from tracing.personal_data import Kind
from tracing.personal_data.named import introduce_name
from tracing.personal_data.passwords import names_secret

USERS: Final = frozenset((*USER_KEYS, *USER_METADATA, "langfuse.user.id"))
IDS: Final = USERS | {
    *CONVERSATION_KEYS,
    *CONVERSATION_METADATA,
    *MESSAGE_KEYS,
    keys.FEEDBACK_IDENTIFIER,
    "langfuse.session.id",
    "identifier",
    "message_id",
}
"""What rows are joined by: pseudonyms take their place, since one stand-in for all would make one user of all."""
_NEVER: Final = frozenset((keys.FEEDBACK_TRACE_ID, keys.FEEDBACK_SPAN_ID, keys.PROJECT, "trace_id", "span_id"))
_SECRET: Final = re.compile(
    r"(?:.*[._-])?(?:(?P<password>passw(?:or)?d)|api[_-]?key|(?:client[_-]?)?secret|(?:access|refresh|id)[_-]?token"
    r"|authorization|private[_-]?key|secret[_-]?access[_-]?key|(?:set-)?cookie)",
    re.IGNORECASE | re.DOTALL,
)
SECRET_HINTS: Final = ("passw", "secret", "api")
"""In names of secrets that may be short and without digits; the others are told by their values."""


class Treatment(Enum):
    """What is done with the values of an attribute or a column."""

    KEEP = "keep"
    DROP = "drop"
    ID = "id"
    USER = "user"
    """An id that becomes a pseudonym whatever it is."""
    SECRET = "secret"  # noqa: S105 -- the name of a treatment
    TEXT = "text"


def choose_treatment(masking: Masking, key: str) -> Treatment:
    """By the rules, for values under this name."""
    if key in _NEVER:
        return Treatment.KEEP
    if is_dropped(masking, key):
        return Treatment.DROP
    if key in IDS:
        return Treatment.USER if masking.hides_users and key in USERS else Treatment.ID
    return Treatment.SECRET if find_secret_name(key) in masking.kinds else Treatment.TEXT


@lru_cache(maxsize=10_000)
def find_secret_name(name: str) -> Kind | None:
    """What kind of secret is called so, whatever it looks like.

    >>> [find_secret_name(name) for name in ("http.request.header.authorization", "DB_PASSWORD", "max_tokens")]
    ['key', 'password', None]
    """
    match = _SECRET.fullmatch(name)
    return None if match is None else "password" if match["password"] else "key"


@lru_cache(maxsize=10_000)
def is_telling(name: str) -> bool:
    """Whether a name may tell that what looks like a secret is one, or that it is one whatever it looks like."""
    return find_secret_name(name) is not None or names_secret(introduce_name(name))
