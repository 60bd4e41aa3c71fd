"""Headers that every answer has, whoever gives it: pages, REST, static files, OTLP and errors of the server itself."""

from collections.abc import Iterable, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NOTHING_ALLOWED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
FEATURES = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
"""What a browser can do and Tacit does not ask for."""

HEADERS = {
    "Content-Security-Policy": NOTHING_ALLOWED,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Where an answer says nothing else: pages have a policy of their own, static files are kept for a while."""

SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=3600, stale-while-revalidate=604800",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Of the script that pages of other sites load, which is the same for everybody: by `integrity`, too, and for a week
from the cache while the browser looks for a newer one."""
SHARED_PATH = "/tacit.js"


def share_with_pages(headers: MutableMapping[str, str], _path: str, url: str) -> None:
    """Give a static file that is for pages of other sites the headers that let them have it."""
    if url == SHARED_PATH:
        for name, value in SHARED.items():
            headers[name] = value


def add_headers(application: "WSGIApplication") -> "WSGIApplication":
    """`application`, whose every answer has `HEADERS`."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, complete(headers), *error)

        return application(environ, start)

    return answer


def complete(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """These headers and those of `HEADERS` that are not among them."""
    there = {name.title() for name, _ in headers}
    return headers + [(name, value) for name, value in HEADERS.items() if name.title() not in there]
