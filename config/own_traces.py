"""Sends spans of Tacit itself to the endpoint of `TACIT_OWN_TRACES_ENDPOINT`, which is never this installation.

The provider is our own and takes nothing from `OTEL_*`: those variables are of the apps that are started from the same
shell, and their keys are not for this endpoint. That is why the exporter is ours, too: OpenTelemetry's adds the headers
of `OTEL_EXPORTER_OTLP_HEADERS` to whatever it is given.
"""

import gzip
import logging
import random
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import urllib3
from celery.signals import task_postrun, task_prerun
from django.conf import settings
from django.urls import Resolver404
from django.urls import resolve as resolve_path

from config.databases import CannotStartError
from tracing import own_traces
from tracing.own_traces import OWN
from tracing.receive.http import PATHS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.trace import Tracer

logger = logging.getLogger(__name__)

PATH = "/v1/traces"
PROBES = ("/healthz", "/readyz", "/metrics", "/static/")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
TIMEOUT = urllib3.Timeout(connect=3.0, read=10.0)
LEAST_TASK_SECONDS = 1.0
QUEUE, BATCH, DELAY_MS = 4096, 512, 2000
OK = 200
PORTS = {"http": 80, "https": 443}


class OwnEndpointError(CannotStartError):
    """Own traces would be sent to where they come from."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(
            f"TACIT_OWN_TRACES_ENDPOINT ({endpoint}) is this installation itself, which would trace that it is traced. "
            "Name an OpenTelemetry Collector or another installation, or nothing."
        )


@contextmanager
def send_own_traces(ports: Sequence[int]) -> Iterator[None]:
    """While the block runs, where it is wished for. `ports`: on which this process answers OTLP by HTTP."""
    if not settings.OWN_TRACES_ENDPOINT:
        yield
        return
    check_endpoint(settings.OWN_TRACES_ENDPOINT, ports)
    exporter = make_exporter(settings.OWN_TRACES_ENDPOINT, settings.OWN_TRACES_HEADERS)
    provider = make_provider(exporter)
    tracer = provider.get_tracer("tacit")
    tracer.start_span("start", attributes={"tacit.version": version("tacit-server")}).end()
    provider.force_flush(5_000)
    if exporter.is_own:
        raise OwnEndpointError(settings.OWN_TRACES_ENDPOINT)
    OWN.tracer, OWN.share = tracer, settings.OWN_TRACES_SHARE
    task_prerun.connect(note_task)
    task_postrun.connect(trace_task)
    try:
        yield
    finally:
        OWN.tracer = None
        provider.shutdown()


def check_endpoint(endpoint: str, ports: Sequence[int]) -> None:
    """Raise OwnEndpointError where the address is one of ours, by whatever name."""
    parts = urlsplit(endpoint)
    port = parts.port or PORTS[parts.scheme]
    public = urlsplit(settings.PUBLIC_URL)
    is_public = bool(public.netloc) and (parts.hostname, port) == (
        public.hostname,
        public.port or PORTS[public.scheme],
    )
    if is_public or (port in ports and any(is_here(each) for each in resolve(parts.hostname or ""))):
        raise OwnEndpointError(endpoint)


def resolve(host: str) -> set[str]:
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(host, None)}
    except OSError:
        return set()


def is_here(address: str) -> bool:
    """Whether an address is one of this machine's: only those can be listened on."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def make_exporter(endpoint: str, headers: str) -> Any:
    """Imported only where it is wished for: OpenTelemetry's SDK takes a tenth of a second to load."""
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class OwnExporter(SpanExporter):
        """Sends spans by HTTP; no more where the other end says that they are its own."""

        def __init__(self) -> None:
            path = urlsplit(endpoint).path
            self._url = endpoint if path.endswith(PATH) else endpoint.rstrip("/") + PATH
            self._headers = read_headers(headers) | {
                "content-type": "application/x-protobuf",
                "content-encoding": "gzip",
            }
            self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False)
            self._is_away = False
            self.is_own = False

        def export(self, spans: "Sequence[ReadableSpan]") -> SpanExportResult:
            if self.is_own:
                return SpanExportResult.FAILURE
            body = gzip.compress(encode_spans(spans).SerializeToString(), 1)
            try:
                answer = self._pool.request("POST", self._url, body=body, headers=self._headers, redirect=False)
            except (urllib3.exceptions.HTTPError, OSError) as error:
                return self._fail(type(error).__name__)
            if answer.status != OK:
                return self._fail(f"it answers {answer.status}")
            self._is_away = False
            return self._read(answer.data)

        def _read(self, body: bytes) -> SpanExportResult:
            try:
                told = ExportTraceServiceResponse.FromString(body).partial_success
            except Exception:  # whatever stands there, it was taken
                return SpanExportResult.SUCCESS
            if told.rejected_spans and told.error_message == own_traces.REFUSAL:
                self.is_own = True
                logger.error("Own traces came back to this installation, and are sent no more: %s", endpoint)
            return SpanExportResult.SUCCESS

        def _fail(self, reason: str) -> SpanExportResult:
            """Said once until it works again; the spans are gone."""
            if not self._is_away:
                logger.warning("Own traces cannot be sent to %s: %s", endpoint, reason)
            self._is_away = True
            return SpanExportResult.FAILURE

    return OwnExporter()


def read_headers(text: str) -> dict[str, str]:
    """
    >>> read_headers("authorization=Bearer a=b, x-team = ops")
    {'authorization': 'Bearer a=b', 'x-team': 'ops'}
    """
    pairs = (each.partition("=") for each in text.split(",") if "=" in each)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def make_provider(exporter: Any) -> "TracerProvider":
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON

    prefix = own_traces.find_prefix(settings.SECRET_KEY)

    class OwnIds(IdGenerator):
        """Ids that tell whose traces they are; the last 64 bits are random, as W3C asks of 56."""

        def generate_span_id(self) -> int:
            return random.getrandbits(64) or 1

        def generate_trace_id(self) -> int:
            return int(f"{prefix}{random.getrandbits(64):016x}", 16)

    provider = TracerProvider(
        sampler=ALWAYS_ON,
        resource=Resource({"service.name": "tacit-server", "service.version": version("tacit-server")}),
        id_generator=OwnIds(),
        span_limits=SpanLimits(*[128] * 6),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter, QUEUE, DELAY_MS, BATCH, 10_000))
    return provider


def trace_requests(application: "WSGIApplication") -> "WSGIApplication":
    """`application`, of whose requests there are spans: of every page and call of REST, and a share of OTLP's."""
    if not settings.OWN_TRACES_ENDPOINT:
        return application

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        is_otlp = path.rstrip("/") in PATHS
        tracer = OWN.tracer
        if tracer is None or path.startswith(PROBES) or (is_otlp and not own_traces.is_chosen()):
            return application(environ, start_response)
        return answer_traced(tracer, application, environ, start_response, path if is_otlp else find_route(path))

    return answer


def answer_traced(
    tracer: "Tracer",
    application: "WSGIApplication",
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    route: str,
) -> Iterable[bytes]:
    from opentelemetry import context, trace

    method = environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in METHODS else "_OTHER"
    span = tracer.start_span(method, kind=trace.SpanKind.SERVER, attributes={"http.request.method": method})

    def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
        note_answer(span, method, route, int(status[:3]))
        return start_response(status, headers, *error)

    token = context.attach(trace.set_span_in_context(span))
    try:
        with own_traces.watch_marked() as is_of_own:
            given = application(environ, start)
            if not is_of_own():
                span.end()  # else it is never ended, and nobody hears of it
            return given
    except Exception as error:
        span.set_attribute("error.type", type(error).__name__)
        span.end()
        raise
    finally:
        context.detach(token)


def note_answer(span: Any, method: str, route: str, status: int) -> None:
    from opentelemetry.trace import Status, StatusCode

    span.set_attribute("http.response.status_code", status)
    if route:
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)
    if status >= 500:
        span.set_attribute("error.type", str(status))
        span.set_status(Status(StatusCode.ERROR))


def find_route(path: str) -> str:
    """As Django knows it: an address itself may name people and what they said."""
    try:
        return f"/{resolve_path(path).route}"
    except Resolver404:
        return ""


_begun: dict[str, int] = {}
"""Tasks that run, and when they began."""


def note_task(task_id: str, **_named: Any) -> None:
    if OWN.tracer is not None:
        own_traces.forget_batch()
        _begun[task_id] = time.time_ns()


def trace_task(task_id: str, task: Any, state: str, **_named: Any) -> None:
    """A span of what took a moment; batches of stages have their own."""
    begun = _begun.pop(task_id, 0)
    if OWN.tracer is None or not begun or own_traces.had_batch() or task.name.startswith("config."):
        return
    if time.time_ns() - begun >= LEAST_TASK_SECONDS * 1e9:
        told = {"tacit.task": task.name, "tacit.state": state}
        OWN.tracer.start_span(f"task {task.name}", start_time=begun, attributes=told).end()
