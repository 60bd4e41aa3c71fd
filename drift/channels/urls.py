"""The address of a hook, as people typed it: its parts come out, or a sentence that says what is wrong with it.

Only what every parser reads the same way is taken, so that what is checked is what is connected to.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MOST_CHARACTERS = 2_000
PORTS = {"http": 80, "https": 443}

_VISIBLE = re.compile(r"[!-~]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]+")


@dataclass(frozen=True, slots=True)
class Url:
    is_secure: bool
    host: str
    """A name or an address; an IPv6 address without its brackets."""
    port: int
    path: str = field(repr=False)
    """With the query. It often is the secret of the hook."""

    @property
    def authority(self) -> str:
        """The host as the header `Host` names it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS["https" if self.is_secure else "http"] else f"{name}:{self.port}"


def read_url(text: str) -> Url:
    """The parts of an address. Raises ValueError, with a sentence that holds nothing of its path.

    >>> read_url("https://hooks.example.com:8443/a?b=c").authority
    'hooks.example.com:8443'
    """
    if not _VISIBLE.fullmatch(text) or "\\" in text or len(text) > MOST_CHARACTERS:
        raise ValueError(
            "Enter an address such as https://example.com/hook, with international names as xn--, %20 for a space, and "
            f"at most {MOST_CHARACTERS:,} characters."
        )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError("This is no address: one looks like https://example.com/hook.") from error
    check_parts(parts.scheme, parts.username is not None, (parts.hostname or "").rstrip("."), port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Url(parts.scheme == "https", (parts.hostname or "").rstrip("."), port or PORTS[parts.scheme], path)


def check_parts(scheme: str, has_user: bool, host: str, port: int | None) -> None:
    if scheme not in PORTS:
        raise ValueError("An address starts with https://.")
    if has_user:
        raise ValueError("Leave out what stands before the @: names and passwords in an address are not sent.")
    if not _HOST.fullmatch(host):
        raise ValueError("An address names a host after https://, such as example.com.")
    if port == 0:
        raise ValueError("A port is a number from 1 to 65535.")
