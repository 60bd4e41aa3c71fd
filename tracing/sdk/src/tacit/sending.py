"""Spans in, one request of OTLP over HTTP out, and what the receiver said to it.

One attempt each; when to try again is for the caller to decide. The `OTEL_EXPORTER_OTLP_*` variables are honoured.
"""

import contextlib
import gzip
import os
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal

import requests
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.util.re import parse_env_headers

from tacit.privacy import protect_span

DEFAULT_URL: Final = "http://127.0.0.1:4318/v1/traces"
REQUEST_SECONDS: Final = 10.0
_CHUNK_SPANS: Final = 8
_COMPRESSION_LEVEL: Final = 1
"""A quarter of the time of level 9, for texts hardly larger."""
_LATER_STATUSES: Final = frozenset({408, 429, 502, 503, 504})
_MESSAGE_CHARACTERS: Final = 300


@dataclass(frozen=True, slots=True)
class Target:
    """Where spans are sent to; None leaves it to the `OTEL_*` variables."""

    url: str | None
    api_key: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """The body of a request, compressed where the target wants it, and how many spans are in it."""

    body: bytes
    span_count: int
    unencodable_count: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request: taken (but for `rejected_count` spans), to be sent again later, or refused."""

    verdict: Literal["taken", "later", "refused"]
    message: str = ""
    wait_seconds: float | None = None
    rejected_count: int = 0


class Sender:
    """A connection to one target."""

    def __init__(self, target: Target) -> None:
        self.url = target.url or find_standard_url()
        self.timeout_seconds = read_timeout()
        self._compress = COMPRESSIONS[(read_standard("COMPRESSION") or "gzip").strip().lower()]
        self._session = requests.Session()
        self._request = requests.Request(
            "POST", self.url, make_headers(target.api_key, self._compress.encoding), auth=_keep_authorization
        )
        certificate, key = read_standard("CLIENT_CERTIFICATE"), read_standard("CLIENT_KEY")
        # Read once: proxies and certificates of the environment are half of what a request costs.
        self._settings = self._session.merge_environment_settings(
            self.url,
            {},
            None,
            read_standard("CERTIFICATE") or True,
            (certificate, key) if certificate and key else certificate,
        )
        self._connected = False

    def encode(self, spans: Sequence[ReadableSpan], give_way: Callable[[], None]) -> Request:
        """One request of all spans that can be encoded; `give_way` is called every fraction of a millisecond."""
        parts: list[bytes] = []
        lost_count = 0
        for start in range(0, len(spans), _CHUNK_SPANS):
            give_way()
            encoded, chunk_lost_count = encode_chunk(spans[start : start + _CHUNK_SPANS])
            parts += encoded
            lost_count += chunk_lost_count
        # Of serialised messages, one after the other, protobuf makes one message with all repeated fields.
        return Request(self._compress.apply(b"".join(parts)), len(spans) - lost_count, lost_count)

    def send(self, request: Request, timeout_seconds: float) -> Answer:
        """Posts it once; twice where the connection that was kept from before turns out to be closed."""
        try:
            kept, self._connected = self._connected, False
            try:
                response = self._post(request, timeout_seconds)
            except requests.exceptions.ConnectionError:
                if not kept:
                    raise
                response = self._post(request, timeout_seconds)
            self._connected = True
            return read_answer(response)
        except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
            return Answer("later", describe_failure(error))
        except Exception as error:  # an address that is none, a certificate that is not there
            return Answer("refused", describe_failure(error))

    def _post(self, request: Request, timeout_seconds: float) -> requests.Response:
        self._request.data = request.body
        return self._session.send(
            self._session.prepare_request(self._request),
            timeout=max(timeout_seconds, 0.001),
            allow_redirects=False,
            **self._settings,
        )


@dataclass(frozen=True, slots=True)
class Compression:
    encoding: str | None
    apply: Callable[[bytes], bytes]


COMPRESSIONS: Final[Mapping[str, Compression]] = {
    "none": Compression(None, lambda body: body),
    "gzip": Compression("gzip", lambda body: gzip.compress(body, _COMPRESSION_LEVEL)),
    "deflate": Compression("deflate", lambda body: zlib.compress(body, _COMPRESSION_LEVEL)),
}


def encode_chunk(spans: Sequence[ReadableSpan]) -> tuple[list[bytes], int]:
    """Serialised requests that hold the spans, and how many could not be encoded: those alone are left out."""
    try:
        return [encode_spans([protect_span(span) for span in spans]).SerializeToString()], 0
    except Exception:
        if len(spans) == 1:
            return [], 1
    parts = [encode_chunk([span]) for span in spans]
    return [part for encoded, _ in parts for part in encoded], sum(count for _, count in parts)


def read_answer(response: requests.Response) -> Answer:
    status = response.status_code
    message = f"{status} {response.reason}"
    if 200 <= status < 300:
        return read_partial_success(response.content)
    if status in _LATER_STATUSES:
        return Answer("later", message, read_retry_after(response.headers.get("Retry-After")))
    location = response.headers.get("Location")
    return Answer("refused", f"{message}, moved to {location}" if location else message)


def read_partial_success(body: bytes) -> Answer:
    """How many spans of a request the receiver did not take, and why."""
    try:
        partial = ExportTraceServiceResponse.FromString(body).partial_success
    except Exception:  # not every receiver answers in protobuf
        return Answer("taken")
    message = partial.error_message[:_MESSAGE_CHARACTERS]
    return Answer("taken", message, rejected_count=partial.rejected_spans)


def read_retry_after(value: str | None) -> float | None:
    """Seconds that the receiver asks to wait for: a number, or a date of HTTP."""
    if value is None:
        return None
    with contextlib.suppress(ValueError):
        return max(0.0, float(value)) if float(value) < float("inf") else None
    with contextlib.suppress(TypeError, ValueError):
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)  # noqa: UP017 - Python 3.10
        return max(0.0, moment.timestamp() - time.time())
    return None


def describe_failure(error: Exception) -> str:
    """The innermost reason, as `Connection refused`, of an exception that wraps others."""
    reason: object = error
    while isinstance(reason, BaseException):
        inner = getattr(reason, "reason", None) or reason.__context__
        if not isinstance(inner, BaseException):
            break
        reason = inner
    text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return str(text)[:_MESSAGE_CHARACTERS]


def read_standard(name: str) -> str | None:
    """The standard variable of traces, else that of all kinds of telemetry."""
    return os.environ.get(f"OTEL_EXPORTER_OTLP_TRACES_{name}") or os.environ.get(f"OTEL_EXPORTER_OTLP_{name}")


def find_standard_url() -> str:
    traces = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    base = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    return traces or (f"{base.rstrip('/')}/v1/traces" if base else DEFAULT_URL)


def read_timeout() -> float:
    with contextlib.suppress(ValueError):
        return float(read_standard("TIMEOUT") or REQUEST_SECONDS)
    return REQUEST_SECONDS


def make_headers(api_key: str | None, encoding: str | None) -> dict[str, str]:
    headers = {"content-type": "application/x-protobuf", "user-agent": "tacit"}
    headers |= parse_env_headers(read_standard("HEADERS") or "", liberal=True)
    if encoding is not None:
        headers["content-encoding"] = encoding
    if api_key is not None:
        headers["authorization"] = f"Bearer {api_key}"
    return headers


def _keep_authorization(request: Any) -> Any:
    """Without one of our own, `requests` would put what `~/.netrc` says in place of the key."""
    return request
