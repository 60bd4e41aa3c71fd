"""Keys that stand in web pages, where everybody can read them: from where they are taken, how often, and CORS for them.

Such a key sends feedback, asks whether to ask for some (ADR 66), and can do nothing else (ADR 52). Browsers tell the
origin of a page, which no page can forge; a program can, so that origins keep honest visitors' pages apart and the
limits hold for everybody.
"""

import ipaddress
import math
import re

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from ninja.errors import HttpError

from tracing.access.credentials import BROWSER_PREFIX, read_key
from tracing.access.keys import KeyFacts, find_key, list_browser_origins
from tracing.access.limits import LaterError, TokenBuckets
from tracing.access.origins import is_loopback

PATHS = ("/api/v1/feedback", "/api/v1/asks")
"""Of the operations that say `May(…, browsers=True)`."""
MAX_BODY_BYTES = 16 * 1024
MOST_ITEMS = 20
"""In one request."""
REQUESTS_OF_KEY = 6_000
"""A minute, where the key says nothing else."""
REQUESTS_OF_ADDRESS = 60
"""A minute, for all that one visitor's address sends with one key."""
PREFLIGHT_SECONDS = 600
IPV6_OF_ONE_CLIENT = 64
"""Bits of an address that a client cannot choose."""

LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
ORIGIN = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{LABEL}(\.{LABEL}){{0,20}}|\[[0-9a-f:.]{{2,45}}\])(:(?P<port>[0-9]{{1,5}}))?"
)
"""Names of hosts in ASCII, as browsers send them: `xn--…` for others."""
DEFAULT_PORTS = {"https": 443, "http": 80}
LAST_PORT = 65_535

_of_keys = TokenBuckets()
_of_addresses = TokenBuckets()


def read_browser_origin(text: str) -> str:
    """An origin as browsers send it. Raises ValueError, with what to write, where a key may not have it."""
    origin = text.strip().lower().removesuffix("/")
    found = ORIGIN.fullmatch(origin)
    port = int(found["port"] or 0) if found else 0
    if not found or port > LAST_PORT:
        raise ValueError(f"{text[:200]!r} is no origin; write https://shop.example, with its port and without a path")
    scheme, host = found["scheme"], found["host"]
    if scheme == "http" and not is_loopback(host):
        raise ValueError(f"{text[:200]!r} is not encrypted; write https://, and http:// only for localhost")
    return f"{scheme}://{host}" + (f":{port}" if port and port != DEFAULT_PORTS[scheme] else "")


def read_request_key(request: HttpRequest) -> str:
    """The key that a REST request brings; empty where there is none.

    A page that sends feedback, or asks whether to, may have its key in the address: it is public there as well, and a
    page that is being closed can wait for no preflight, which headers of its own would take. No other key is taken from
    there.
    """
    key = read_key(request.headers.get("Authorization", ""), request.headers.get("X-Api-Key", ""))
    if key or request.method != "POST" or request.path not in PATHS:
        return key
    named = request.GET.get("key", "")
    return named if named.startswith(BROWSER_PREFIX) else ""


def admit_page(request: HttpRequest, key: KeyFacts) -> None:
    """Let in what a page sends with a key of browsers; raises HttpError 403, 413 or 429 where it may not."""
    origin = request.headers.get("Origin", "")
    if origin not in key.origins:
        told = f"{origin[:200]!r} is none of its origins" if origin else "this request has none (header `Origin`)"
        raise HttpError(403, f"Key {key} is for pages of some origins, and {told}; an owner can name it.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
        raise HttpError(413, f"With a key for browsers a body has at most {MAX_BODY_BYTES:,} bytes; send less at once.")
    per_minute = key.requests_per_minute or REQUESTS_OF_KEY
    sender = (key.key_id, find_client(request.META.get("REMOTE_ADDR", "")))
    wait = _of_addresses.take(sender, min(REQUESTS_OF_ADDRESS, per_minute)) or _of_keys.take(key.key_id, per_minute)
    if wait:
        after_s = math.ceil(wait)
        raise LaterError(429, f"That is too often; send it again in {after_s} s.", after_s)


def find_client(address: str) -> str:
    """What stands for one client: the address, or of IPv6 the network, in which a client takes any address it likes."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_OF_ONE_CLIENT), strict=False))


def forget_senders() -> None:
    """Count anew who sent how much."""
    _of_keys.forget()
    _of_addresses.forget()


def answer_preflight(request: HttpRequest) -> HttpResponse | None:
    """What a browser hears that asks whether a page may send feedback; None where this is no such question."""
    if request.method != "OPTIONS" or request.path not in PATHS:
        return None
    origin = request.headers.get("Origin", "")
    if "Access-Control-Request-Method" not in request.headers or origin not in list_browser_origins():
        return None
    answer = HttpResponse(status=204)
    answer["Access-Control-Allow-Origin"] = origin
    answer["Access-Control-Allow-Methods"] = "POST"
    answer["Access-Control-Allow-Headers"] = "authorization, content-type, x-api-key"
    answer["Access-Control-Allow-Private-Network"] = "true"
    answer["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    patch_vary_headers(answer, ("Origin",))
    return answer


def find_page_origins(request: HttpRequest) -> tuple[str, ...]:
    """The origins whose pages may send this request: those of its key, where it is for browsers and tells feedback."""
    if request.method != "POST" or request.path not in PATHS or "Origin" not in request.headers:
        return ()
    key = find_key(read_request_key(request))
    return key.origins if key and key.is_for_browsers else ()


def share_answer(request: HttpRequest, response: HttpResponse) -> None:
    """Let the page that sent feedback read the answer, where its origin is one of the key's."""
    if request.path not in PATHS:
        return
    patch_vary_headers(response, ("Origin",))
    origin = request.headers.get("Origin", "")
    if origin and origin in find_page_origins(request):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Expose-Headers"] = "Retry-After"
