"""Where spans go: an address, a key or somebody's tracer provider in, a tracer for our own spans out.

Explicit arguments win over the standard `OTEL_*` variables, and those over our defaults. Nothing here raises
into the app: what goes wrong is logged, and the app runs on without spans.
"""

import logging
import os
import threading
from collections.abc import MutableMapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, cast
from weakref import WeakKeyDictionary

from opentelemetry import trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider

from tacit.context import ConversationProcessor
from tacit.exporting import ExportProcessor, Target

DEFAULT_ENDPOINT: Final = "http://127.0.0.1:4318"
_TRACES_PATH: Final = "/v1/traces"
_ENDPOINT_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

_logger = logging.getLogger(__name__)
_lock = threading.RLock()
_provider: trace.TracerProvider | None = None
_tracer: trace.Tracer | None = None


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
        _logger.warning("service_name=%r has no effect: the tracer provider has its name already", service_name)
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


_watched: Final[MutableMapping[trace.TracerProvider, ExportProcessor | None]] = WeakKeyDictionary()
