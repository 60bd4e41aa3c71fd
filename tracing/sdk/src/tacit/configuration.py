"""Where spans go: an address, a key or somebody's tracer provider in, a tracer for our own spans out.

Explicit arguments win over the standard `OTEL_*` variables, and those over our defaults. Nothing here raises
into the app: what goes wrong is logged, and the app runs on without spans.
"""

import logging
import os
import threading
from collections.abc import MutableMapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, cast
from weakref import WeakKeyDictionary

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from tacit.context import ConversationProcessor

DEFAULT_ENDPOINT: Final = "http://127.0.0.1:4318"
EXIT_SECONDS: Final = 2.0
"""For how long spans that have not left yet may hold the exit of the app."""
_TRACES_PATH: Final = "/v1/traces"
_ENDPOINT_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_COMPRESSION_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION")
_SCHEDULE_DELAY_MS: Final = 1_000
_QUEUE_SIZE: Final = 65_536

_logger = logging.getLogger(__name__)
_lock = threading.RLock()
_provider: trace.TracerProvider | None = None
_tracer: trace.Tracer | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where spans are sent to; None leaves it to the `OTEL_*` variables."""

    url: str | None
    api_key: str | None


def configure(
    *,
    endpoint: str | None = None,
    api_key: str | None = None,
    service_name: str | None = None,
    tracer_provider: trace.TracerProvider | None = None,
) -> None:
    """Sends spans to Tacit; call it once, when the app starts.

    `endpoint` is the address of the receiver, such as `http://127.0.0.1:4318`; `api_key` a project's key.
    Where the app has a tracer provider of OpenTelemetry's SDK already, spans go through that one. With
    `tracer_provider` given, nothing is exported but by that provider. Called again, the last address counts.
    """
    try:
        with _lock:
            if tracer_provider is not None:
                _use_provider(tracer_provider)
            else:
                _configure_export(Target(resolve_url(endpoint), api_key), service_name)
    except Exception:
        _logger.warning("tacit.configure() failed; the app runs on, but sends no spans", exc_info=True)


def flush(timeout_seconds: float = 5.0) -> bool:
    """Sends what has not left yet and waits for it; False where that took longer or failed."""
    provider = _provider or trace.get_tracer_provider()
    force_flush = getattr(provider, "force_flush", None)
    if force_flush is None:
        return True
    results: list[bool] = []
    # OpenTelemetry's own flush does not keep its time limit.
    waiter = threading.Thread(
        target=lambda: results.append(force_flush(int(timeout_seconds * 1_000))),
        name="tacit-flush",
        daemon=True,
    )
    try:
        waiter.start()
    except RuntimeError:  # the interpreter is going down and flushes by itself
        return False
    waiter.join(timeout_seconds)
    return results == [True]


def get_tracer() -> trace.Tracer:
    """The tracer of our own spans: of the configured provider, else of the global one."""
    global _tracer
    if _tracer is None:
        _tracer = trace.get_tracer("tacit", find_version(), _provider)
    return _tracer


def find_version() -> str:
    try:
        return version("tacit")
    except PackageNotFoundError:  # run from its source alone
        return ""


def resolve_url(endpoint: str | None) -> str | None:
    """The full address that spans are posted to; None where an `OTEL_*` variable names it."""
    if endpoint is None and any(os.environ.get(name) for name in _ENDPOINT_VARIABLES):
        return None
    base = (endpoint or DEFAULT_ENDPOINT).rstrip("/")
    return base if base.endswith(_TRACES_PATH) else base + _TRACES_PATH


def _configure_export(target: Target, service_name: str | None) -> None:
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = _provider if isinstance(_provider, TracerProvider) else _make_provider(service_name)
    elif service_name is not None and provider.resource.attributes.get(SERVICE_NAME) != service_name:
        _logger.warning(
            "service_name=%r has no effect: the tracer provider has its name already", service_name
        )
    _use_provider(provider)
    _export_to(provider, target)


def _make_provider(service_name: str | None) -> TracerProvider:
    given = {} if service_name is None else {SERVICE_NAME: service_name}
    provider = TracerProvider(resource=Resource.create(cast("dict[str, Any]", given)))
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        trace.set_tracer_provider(provider)
    return provider


def _use_provider(provider: trace.TracerProvider) -> None:
    global _provider, _tracer
    add_span_processor = getattr(provider, "add_span_processor", None)
    if add_span_processor is not None and provider not in _watched:
        add_span_processor(ConversationProcessor())
        _watched[provider] = None
    _provider, _tracer = provider, None


def _export_to(provider: TracerProvider, target: Target) -> None:
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return
    if os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none":
        return
    processor = _watched[provider]
    if processor is None:
        _watched[provider] = processor = ExportProcessor(target)
        provider.add_span_processor(processor)
    processor.send_to(target)


class ExportProcessor(SpanProcessor):
    """Sends ended spans in batches to one target, which may be changed."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._batches = BoundedBatchProcessor(target)

    def send_to(self, target: Target) -> None:
        if target != self._target:
            before, self._batches = self._batches, BoundedBatchProcessor(target)
            self._target = target
            before.shutdown()

    def on_end(self, span: ReadableSpan) -> None:
        self._batches.on_end(span)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._batches.force_flush(timeout_millis)

    def shutdown(self) -> None:
        self._batches.shutdown()


class BoundedBatchProcessor(BatchSpanProcessor):
    """Spans leave after a second, a burst of thousands fits, a dead target hardly holds the exit."""

    def __init__(self, target: Target) -> None:
        super().__init__(
            _make_exporter(target),
            max_queue_size=None if os.environ.get("OTEL_BSP_MAX_QUEUE_SIZE") else _QUEUE_SIZE,
            schedule_delay_millis=None if os.environ.get("OTEL_BSP_SCHEDULE_DELAY") else _SCHEDULE_DELAY_MS,
        )

    def shutdown(self) -> None:
        self._batch_processor.shutdown(timeout_millis=int(EXIT_SECONDS * 1_000))


def _make_exporter(target: Target) -> OTLPSpanExporter:
    headers = None if target.api_key is None else {"authorization": f"Bearer {target.api_key}"}
    chosen = any(os.environ.get(name) for name in _COMPRESSION_VARIABLES)
    return OTLPSpanExporter(
        endpoint=target.url, headers=headers, compression=None if chosen else Compression.Gzip
    )


_watched: Final[MutableMapping[trace.TracerProvider, ExportProcessor | None]] = WeakKeyDictionary()
