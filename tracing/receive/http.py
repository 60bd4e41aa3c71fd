"""OTLP over HTTP as a WSGI application: `POST /v1/traces`, `/v1/logs` and `/v1/metrics`, compressed or not.

Answers 200 only after the data is committed, in the encoding of the request. Errors are `google.rpc.Status` messages
(OTLP specification 1.9). Clients of Langfuse find the same under `/api/public/otel`.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.conf import settings
from google.protobuf.message import Message
from google.rpc.code_pb2 import INVALID_ARGUMENT, PERMISSION_DENIED, UNAUTHENTICATED, UNAVAILABLE
from google.rpc.status_pb2 import Status

from tracing import figures
from tracing.access.credentials import read_key
from tracing.access.origins import FORWARDED, RequestOrigin
from tracing.receive.encodings import Encoding, write_message
from tracing.receive.otlp import MAX_BODY_BYTES, RETRY_AFTER_SECONDS, SIGNALS, RefusedError, Signal, find_project, keep

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LANGFUSE_PREFIX = "/api/public/otel"
PATH_PREFIXES = ("/v1/", f"{LANGFUSE_PREFIX}/v1/")
PATHS = {f"{prefix}{signal.name}": signal for prefix in PATH_PREFIXES for signal in SIGNALS}
STATUS_LINES = {
    INVALID_ARGUMENT: "400 Bad Request",
    UNAUTHENTICATED: "401 Unauthorized",
    PERMISSION_DENIED: "403 Forbidden",
    UNAVAILABLE: "503 Service Unavailable",
}
MOST_MEMBERS = 10_000
PIECE_BYTES = 64 * 1024
GZIP_WINDOW, ZLIB_WINDOW, RAW_WINDOW = zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS

Headers = tuple[tuple[str, str], ...]
HEADERS_OF_CODES: dict[int, Headers] = {
    UNAUTHENTICATED: (("WWW-Authenticate", "Bearer"),),
    UNAVAILABLE: (("Retry-After", str(RETRY_AFTER_SECONDS)),),
}


class NotUnderstoodError(RefusedError):
    """A request that is wrong as HTTP already: `status` is the line of the answer."""

    def __init__(self, status: str, message: str, *headers: tuple[str, str]) -> None:
        super().__init__(INVALID_ARGUMENT, message)
        self.status = status
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    body: bytes = b""
    headers: Headers = ()


def otlp_application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """The WSGI application that listens on 4318, and for `PATH_PREFIXES` on the web port."""
    origin = environ.get("HTTP_ORIGIN", "")
    allowed = bool(origin) and origin in settings.CORS_ORIGINS
    preflight = allowed and environ["REQUEST_METHOD"] == "OPTIONS"
    answer = answer_preflight(environ) if preflight else answer_request(environ)
    cors = (("Access-Control-Allow-Origin", origin), ("Vary", "Origin")) if allowed else ()
    start_response(answer.status, [*answer.headers, *cors])
    return [answer.body]


def answer_preflight(environ: "WSGIEnvironment") -> Answer:
    """What a page of an allowed origin may send (Fetch standard, and Chromium's private network access)."""
    headers = (
        ("Access-Control-Allow-Methods", "POST"),
        ("Access-Control-Allow-Headers", environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "content-type")),
        ("Access-Control-Allow-Private-Network", "true"),
        ("Access-Control-Max-Age", "600"),
    )
    return Answer("204 No Content", headers=headers)


def answer_request(environ: "WSGIEnvironment") -> Answer:
    """Store what the request holds, or say why not; in the encoding of the request."""
    content_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    encoding = Encoding.JSON if content_type == Encoding.JSON else Encoding.PROTOBUF
    try:
        answer = Answer("200 OK", write_message(receive(environ, content_type, encoding), encoding))
    except RefusedError as refused:
        answer = describe_refusal(refused, encoding)
    signal = PATHS.get(environ.get("PATH_INFO", "").rstrip("/"))
    figures.REQUESTS.labels("http", signal.name if signal else "none", answer.status[:3]).inc()
    described = (("Content-Type", encoding.value), ("Content-Length", str(len(answer.body))))
    return replace(answer, headers=(*described, *answer.headers))


def describe_refusal(refused: RefusedError, encoding: Encoding) -> Answer:
    body = write_message(Status(code=refused.code, message=str(refused)), encoding)
    if isinstance(refused, NotUnderstoodError):
        return Answer(refused.status, body, refused.headers)
    return Answer(STATUS_LINES[refused.code], body, HEADERS_OF_CODES.get(refused.code, ()))


def receive(environ: "WSGIEnvironment", content_type: str, encoding: Encoding) -> Message:
    """Store what the request holds; OTLP's answer."""
    signal = find_signal(environ)
    key = read_key(environ.get("HTTP_AUTHORIZATION", ""), environ.get("HTTP_X_API_KEY", ""))
    project_id = find_project(key, read_origin(environ))
    if content_type != encoding:
        raise NotUnderstoodError(
            "415 Unsupported Media Type",
            f"Content-Type is {content_type!r}; send {Encoding.PROTOBUF.value} or {Encoding.JSON.value}.",
        )
    return keep(signal, read_body(environ), encoding, project_id)


def find_signal(environ: "WSGIEnvironment") -> Signal:
    path = environ.get("PATH_INFO", "")
    signal = PATHS.get(path.rstrip("/"))
    if signal is None:
        raise NotUnderstoodError(
            "404 Not Found", f"There is nothing at {path}; send to /v1/traces, /v1/logs or /v1/metrics."
        )
    if environ["REQUEST_METHOD"] != "POST":
        raise NotUnderstoodError("405 Method Not Allowed", f"Send {signal.name} by POST.", ("Allow", "POST"))
    return signal


def read_origin(environ: "WSGIEnvironment") -> RequestOrigin:
    return RequestOrigin(
        environ.get("HTTP_HOST", ""),
        environ.get("HTTP_ORIGIN", ""),
        environ.get("HTTP_SEC_FETCH_SITE", "").lower(),
        environ.get(FORWARDED, ""),
    )


def read_body(environ: "WSGIEnvironment") -> bytes:
    """The body, decompressed; never more than `MAX_BODY_BYTES` of either."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY_BYTES:
        raise too_large(length)
    data: bytes = environ["wsgi.input"].read(length)
    if len(data) < length:  # the key came to be while nobody read on (config/http_channel.py)
        raise RefusedError(UNAVAILABLE, "The body was not taken, as its key was not known; send it again.")
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding in ("", "identity"):
        return data
    if encoding == "gzip":
        return decompress(data, encoding, GZIP_WINDOW)
    if encoding == "deflate":
        return decompress(data, encoding, ZLIB_WINDOW if starts_as_zlib(data) else RAW_WINDOW)
    raise NotUnderstoodError(
        "415 Unsupported Media Type", f"Content-Encoding is {encoding!r}; send gzip, deflate or none."
    )


def starts_as_zlib(data: bytes) -> bool:
    """Whether this is deflate in zlib's envelope, as RFC 9110 says, or without it, as some senders do (RFC 1950)."""
    return len(data) >= 2 and data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0


def decompress(data: bytes, encoding: str, window: int) -> bytes:
    """The plain body; gzip may come in several members, one after another."""
    plain, place = bytearray(), 0
    for _ in range(MOST_MEMBERS):
        place = decompress_member(memoryview(data), place, plain, encoding, window)
        if place == len(data):
            return bytes(plain)
    raise RefusedError(INVALID_ARGUMENT, f"The {encoding} body has over {MOST_MEMBERS:,} members; send it as one.")


def decompress_member(data: memoryview, place: int, plain: bytearray, encoding: str, window: int) -> int:
    """Add to `plain` what begins at `place`; where it ends. Of `data` a piece at a time: what follows a member is
    copied with its end, and of very many small ones that would be nearly all of the body each time."""
    decompressor = zlib.decompressobj(wbits=window)
    while not decompressor.eof:
        piece = data[place : place + PIECE_BYTES]
        if not piece:
            raise RefusedError(INVALID_ARGUMENT, f"The {encoding} body ends before its end; send it whole.")
        try:
            plain += decompressor.decompress(piece, MAX_BODY_BYTES + 1 - len(plain))
        except zlib.error as error:
            raise RefusedError(INVALID_ARGUMENT, f"The body is not {encoding}: {error}") from error
        if len(plain) > MAX_BODY_BYTES:
            raise too_large(len(plain))
        place += len(piece) - len(decompressor.unused_data)
    return place


def too_large(size: int) -> NotUnderstoodError:
    return NotUnderstoodError(
        "413 Content Too Large",
        f"The body has over {MAX_BODY_BYTES:,} bytes (at least {size:,}); send smaller batches.",
    )
