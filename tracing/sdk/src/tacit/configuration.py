"""Where spans go: an address, a key or somebody's tracer provider in, a tracer for our own spans out.

Explicit arguments win over the standard `OTEL_*` variables, and those over our defaults. Nothing here raises
into the app: what goes wrong is logged, and the app runs on without spans.
"""

import logging
import os
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, cast
from weakref import WeakKeyDictionary

from opentelemetry import trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider

from tacit.context import ConversationProcessor
from tacit.privacy import Redact, set_policy
from tacit.settings import SAMPLE_RATE, check_number, read_number
from tacit.version import VERSION

if TYPE_CHECKING:  # they load an HTTP client, which only apps that configure an export need
    from tacit.exporting import ExportProcessor
    from tacit.pipe import SpanCounts
    from tacit.sending import Target

DEFAULT_ENDPOINT: Final = "http://127.0.0.1:4318"
_TRACES_PATH: Final = "/v1/traces"
_ENDPOINT_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

_logger = logging.getLogger(__name__)
_lock = threading.RLock()
_provider: trace.TracerProvider | None = None
_tracer: trace.Tracer | None = None
_target: "Target | None" = None


def configure(
    *,
    endpoint: str | None = None,
    api_key: str | None = None,
    service_name: str | None = None,
    tracer_provider: trace.TracerProvider | None = None,
    sample_rate: float | None = None,
    mask: bool | None = None,
    redact: Redact | None = None,
    capture_content: bool | None = None,
    carry_into_threads: bool = True,
) -> None:
    """Sends spans to Tacit; call it once, when the app starts.

    `endpoint` is the address of the receiver, such as `http://127.0.0.1:4318`; `api_key` a project's key.
    Where the app has a tracer provider of OpenTelemetry's SDK already, spans go through that one; set up yours
    first, as OpenTelemetry refuses a second one. With `tracer_provider` given, that one is used, and nothing is
    exported but by itself, unless an endpoint or a key is given, too. `sample_rate`, from 0 to 1, is the share
    of conversations to send; errors, stops and feedback are sent always. Called again, the last call counts.

    With `mask`, addresses, phones, cards, IBANs, keys and tokens are masked before anything leaves the process;
    `redact` is a function of yours that gets each text before and gives back what shall leave; with
    `capture_content=False` no text of a call leaves at all. What of these is not given stays as it was, at first as
    the variables `TACIT_MASK` and `TACIT_CAPTURE_CONTENT` say. Threads and the work of thread pools go on in the
    conversation that they were begun in, unless `carry_into_threads` is False.
    """
    try:
        with _lock:
            set_policy(mask=mask, redact=redact, capture_content=capture_content)
            from tacit.threads import carry_context_into_threads

            carry_context_into_threads(carry_into_threads)
            provider = tracer_provider or _find_provider(service_name)
            _use_provider(provider)
            global _target
            _target = None
            if tracer_provider is None or endpoint is not None or api_key is not None:
                _export_to(provider, resolve_url(endpoint), api_key, find_sample_rate(sample_rate))
    except Exception:
        _logger.warning("tacit.configure() failed; the app runs on, but sends no spans", exc_info=True)


def count_spans() -> "SpanCounts":
    """What became of the spans that ended in this process: `sent, waiting, dropped, sampled_out`."""
    from tacit.pipe import SpanCounts

    processor = None if _provider is None else _watched.get(_provider)
    return SpanCounts() if processor is None else processor.count_spans()


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
        _tracer = trace.get_tracer("tacit", VERSION, _provider)
    return _tracer


def get_target() -> "Target | None":
    """Where `configure` sends to; None where it sends nothing."""
    return _target


def resolve_url(endpoint: str | None) -> str | None:
    """The full address that spans are posted to; None where an `OTEL_*` variable names it."""
    if endpoint is None and any(os.environ.get(name) for name in _ENDPOINT_VARIABLES):
        return None
    base = (endpoint or DEFAULT_ENDPOINT).rstrip("/")
    return base if base.endswith(_TRACES_PATH) else base + _TRACES_PATH


def find_sample_rate(given: float | None) -> float:
    return read_number(SAMPLE_RATE, 1.0, most=1.0) if given is None else check_number(given, 0.0, 1.0)


@contextmanager
def use_provider(provider: TracerProvider) -> Iterator[None]:
    """Our own spans go to this provider for a while, as in a test."""
    global _provider, _tracer
    with _lock:
        before = _provider
        _use_provider(provider)
    try:
        yield
    finally:
        with _lock:
            _provider, _tracer = before, None


def _find_provider(service_name: str | None) -> TracerProvider:
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        return _provider if isinstance(_provider, TracerProvider) else _make_provider(service_name)
    if service_name is not None and provider.resource.attributes.get(SERVICE_NAME) != service_name:
        _logger.warning("service_name=%r has no effect: the tracer provider has its name already", service_name)
    return provider


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
    # At once: OpenTelemetry makes tracers under a lock, in which a signal handler that calls us would wait for ever.
    _provider, _tracer = provider, trace.get_tracer("tacit", VERSION, provider)


def _export_to(provider: trace.TracerProvider, url: str | None, api_key: str | None, sample_rate: float) -> None:
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return
    if os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none":
        return
    from tacit.exporting import ExportProcessor
    from tacit.sending import Target

    global _target
    _target = target = Target(url, api_key)
    processor = _watched.get(provider)
    if processor is None:
        _watched[provider] = processor = ExportProcessor(target, sample_rate)
        cast("TracerProvider", provider).add_span_processor(processor)
    processor.configure(target, sample_rate)


_watched: "Final[MutableMapping[trace.TracerProvider, ExportProcessor | None]]" = WeakKeyDictionary()
