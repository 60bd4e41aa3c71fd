"""Whether a local program or a page of another site made a request: headers come in, a reason to refuse goes out."""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The headers that tell whether a local program or a foreign page made a request."""

    host: str
    origin: str = ""
    sec_fetch_site: str = ""


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, with or without port) can only be this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def refuse_foreign(request: RequestOrigin, allowed_origins: Collection[str] = ()) -> str:
    """Why an open server refuses this request; empty where it does not (ADR 0012)."""
    if not is_loopback(request.host):
        return f"Host {request.host!r} is not a loopback name; this server is open to its own machine only."
    if request.origin and request.origin in allowed_origins:
        return ""
    if request.sec_fetch_site not in ("", "same-origin", "none"):
        return "A page of another site made this request; open the address directly."
    if request.origin and request.origin.partition("://")[2] != request.host:
        return f"Origin {request.origin!r} is not this server."
    return ""
