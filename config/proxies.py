"""Requests that a proxy forwarded: a WSGI application comes in, one that knows who really asks goes out (ADR 48).

From a trusted proxy, `X-Forwarded-For` and `X-Forwarded-Proto` become the address and the scheme of the request. What
anybody else sends under such names is taken out. Either way `FORWARDED` in the environment says that there was a proxy,
which an open server refuses.
"""

import ipaddress
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from waitress.proxy_headers import proxy_headers_middleware

from config.env import Network
from tracing.access.origins import FORWARDED, find_forwarding

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TRUSTED_HEADERS = {"x-forwarded-for", "x-forwarded-proto"}
"""Not `X-Forwarded-Host`: many proxies pass on what a client wrote there."""


def heed_proxies(application: "WSGIApplication", trusted: Collection[Network]) -> "WSGIApplication":
    """`application` behind these proxies; of several in a row the last one must be told the client by those before."""
    from_proxy = proxy_headers_middleware(application, trusted_proxy="*", trusted_proxy_headers=TRUSTED_HEADERS)
    from_anybody = proxy_headers_middleware(application)

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ[FORWARDED] = find_forwarding(list_names(environ), environ.get("SERVER_PROTOCOL", ""))
        is_proxy = is_among(environ["REMOTE_ADDR"], trusted)
        answered: Iterable[bytes] = (from_proxy if is_proxy else from_anybody)(environ, start_response)
        return answered

    return answer


def list_names(environ: "WSGIEnvironment") -> Iterator[str]:
    """Names of the headers of a request, in lower case."""
    return (name[5:].replace("_", "-").lower() for name in environ if name.startswith("HTTP_"))


def is_among(address: str, networks: Collection[Network]) -> bool:
    if not networks:
        return False
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in network for network in networks)
