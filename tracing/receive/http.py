"""OTLP over HTTP as a WSGI application: `POST /v1/traces`, protobuf, gzip or not.

Answers 200 only after the spans are committed. Errors are `google.rpc.Status` messages (OTLP specification 1.9).
"""

import logging
import zlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.db import close_old_connections
from google.protobuf.message import DecodeError
from google.rpc.code_pb2 import (
    INVALID_ARGUMENT,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    UNAUTHENTICATED,
    UNAVAILABLE,
)
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tracing.access import RequestOrigin, authorise_ingest, read_key
from tracing.ingest import BacklogFullError, get_ingest
from tracing.receive.decoding import decode_spans

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024 * 1024
CONTENT_TYPE = "application/x-protobuf"
RETRY_AFTER_SECONDS = 1


class RefusedError(Exception):
    """An answer other than 200: the HTTP status line, the gRPC code and what to do."""

    def __init__(self, status: str, code: int, message: str, *headers: tuple[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers


def otlp_application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """The WSGI application that listens on 4318, and for `/v1/` on the web port."""
    try:
        body = receive(environ)
    except RefusedError as refused:
        body = Status(code=refused.code, message=str(refused)).SerializeToString()
        start_response(refused.status, [*describe(body), *refused.headers])
        return [body]
    start_response("200 OK", describe(body))
    return [body]


def describe(body: bytes) -> list[tuple[str, str]]:
    return [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(body)))]


def receive(environ: "WSGIEnvironment") -> bytes:
    """Store what the request holds; the serialised answer."""
    check_route(environ)
    project_id = find_project(environ)
    check_content_type(environ.get("CONTENT_TYPE", ""))
    data = read_body(environ)
    request = ExportTraceServiceRequest()
    try:
        request.ParseFromString(data)
    except DecodeError as error:
        raise RefusedError(
            "400 Bad Request", INVALID_ARGUMENT, f"The body is no ExportTraceServiceRequest: {error}"
        ) from error
    batch = decode_spans(request, project_id)
    commit(lambda: get_ingest().commit(batch, len(data)))
    response = ExportTraceServiceResponse()
    if batch.rejected:
        response.partial_success.rejected_spans = batch.rejected
        response.partial_success.error_message = batch.reason
    return bytes(response.SerializeToString())


def check_route(environ: "WSGIEnvironment") -> None:
    path = environ.get("PATH_INFO", "")
    if path.rstrip("/") != "/v1/traces":
        raise RefusedError("404 Not Found", INVALID_ARGUMENT, f"There is nothing at {path}; send spans to /v1/traces.")
    if environ["REQUEST_METHOD"] != "POST":
        raise RefusedError("405 Method Not Allowed", INVALID_ARGUMENT, "Send spans by POST.", ("Allow", "POST"))


def find_project(environ: "WSGIEnvironment") -> int:
    """Number of the project of the request's key, or of the open server's default project."""
    key = read_key(environ.get("HTTP_AUTHORIZATION", ""), environ.get("HTTP_X_API_KEY", ""))
    origin = RequestOrigin(
        environ.get("HTTP_HOST", ""),
        environ.get("HTTP_ORIGIN", ""),
        environ.get("HTTP_SEC_FETCH_SITE", "").lower(),
    )
    close_old_connections()
    try:
        project_id = authorise_ingest(key, origin)
    except PermissionError as error:
        raise RefusedError("403 Forbidden", PERMISSION_DENIED, str(error)) from error
    if project_id is None:
        raise RefusedError(
            "401 Unauthorized",
            UNAUTHENTICATED,
            "This server takes spans with a project's key only: send it as `Authorization: Bearer <key>`.",
            ("WWW-Authenticate", "Bearer"),
        )
    return project_id


def check_content_type(content_type: str) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if kind != CONTENT_TYPE:
        raise RefusedError(
            "415 Unsupported Media Type",
            INVALID_ARGUMENT,
            f"Content-Type is {content_type!r}; send {CONTENT_TYPE} (OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf).",
        )


def read_body(environ: "WSGIEnvironment") -> bytes:
    """The body, decompressed; never more than `MAX_BODY_BYTES` of either."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY_BYTES:
        raise too_large(length)
    data: bytes = environ["wsgi.input"].read(length)
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding in ("", "identity"):
        return data
    if encoding != "gzip":
        raise RefusedError(
            "415 Unsupported Media Type",
            INVALID_ARGUMENT,
            f"Content-Encoding is {encoding!r}; send gzip or none.",
        )
    return decompress(data)


def decompress(data: bytes) -> bytes:
    """The plain body; gzip may come in several members, one after another."""
    plain = bytearray()
    while True:
        decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            plain += decompressor.decompress(data, MAX_BODY_BYTES + 1 - len(plain))
        except zlib.error as error:
            raise RefusedError("400 Bad Request", INVALID_ARGUMENT, f"The body is not gzip: {error}") from error
        if len(plain) > MAX_BODY_BYTES:
            raise too_large(len(plain))
        if not decompressor.eof:
            raise RefusedError("400 Bad Request", INVALID_ARGUMENT, "The gzip body ends before its end; send it whole.")
        data = decompressor.unused_data
        if not data:
            return bytes(plain)


def too_large(size: int) -> RefusedError:
    return RefusedError(
        "413 Content Too Large",
        INVALID_ARGUMENT,
        f"The body has over {MAX_BODY_BYTES:,} bytes (at least {size:,}); send smaller batches.",
    )


def commit(write: Callable[[], None]) -> None:
    """Run `write`; whatever keeps the spans from the store becomes a 503, which senders retry."""
    retry = ("Retry-After", str(RETRY_AFTER_SECONDS))
    try:
        write()
    except BacklogFullError as error:
        raise RefusedError("503 Service Unavailable", RESOURCE_EXHAUSTED, str(error), retry) from error
    except Exception as error:
        message = "The store did not take the spans; they were not kept. Send them again."
        raise RefusedError("503 Service Unavailable", UNAVAILABLE, message, retry) from error
