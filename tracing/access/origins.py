"""Whether a local program or a page of another site made a request: headers come in, a reason to refuse goes out."""

import ipaddress
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

FORWARDED = "tacit.forwarded"
"""Where the environment of a WSGI request says by what it is seen that a proxy forwarded it."""

PROXY_HEADERS = (
    "cdn-loop",
    "cf-",
    "fastly-client-ip",
    "fly-client-ip",
    "forwarded",
    "true-client-ip",
    "via",
    "x-arr-",
    "x-azure-",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-envoy-",
    "x-forwarded",
    "x-original-",
    "x-real-ip",
    "x-varnish",
    "x-vercel-",
)
"""How headers begin that proxies add, and programs that ask for themselves do not."""


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The headers that tell whether a local program or a foreign page made a request, or others by way of a proxy."""

    host: str
    origin: str = ""
    sec_fetch_site: str = ""
    forwarded: str = ""
    """By what it is seen that a proxy forwarded it; empty where it is not seen."""


def find_forwarding(names: Iterable[str], protocol: str = "") -> str:
    """The first of these headers (in lower case) that a proxy adds, or the protocol that only proxies still speak.

    nginx, before 1.29.7 and where nobody told it otherwise, rewrites `Host`, adds no header, and speaks HTTP/1.0.
    """
    found = next((name for name in names if name.startswith(PROXY_HEADERS)), "")
    return found or (protocol if protocol == "HTTP/1.0" else "")


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, with or without port) can only be this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def refuse_foreign(request: RequestOrigin, allowed_origins: Collection[str] = ()) -> str:
    """Why an open server refuses this request; empty where it does not (ADR 0012)."""
    if request.forwarded:
        return (
            f"A proxy forwarded this request ({request.forwarded}), and this server has no user: it is open to its own "
            "machine only. Create a user first (tacit createuser --email YOU); docs/deploying.md tells the rest."
        )
    if not is_loopback(request.host):
        return f"Host {request.host!r} is not a loopback name; this server is open to its own machine only."
    if request.origin and request.origin in allowed_origins:
        return ""
    if is_of_other_page(request):
        return "A page of another site made this request; open the address directly."
    if request.origin and request.origin.partition("://")[2] != request.host:
        return f"Origin {request.origin!r} is not this server."
    return ""


def is_of_other_page(request: RequestOrigin) -> bool:
    """Whether a browser says that a page of another site, or of another port or name of this one, had it asked."""
    return request.sec_fetch_site not in ("", "same-origin", "none")
