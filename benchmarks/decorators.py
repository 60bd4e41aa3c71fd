"""What one SDK's decorator costs beside a bare OpenTelemetry span, in this process, as JSON on the last line.

    python benchmarks/decorators.py tacit          in an environment that has that SDK; `benchmarks/sdk.py` runs it

Function, coroutine and generator do nothing but give back their argument of 500 characters, the generator in 100
chunks. The bare span is `start_as_current_span` with argument and result set by hand. Figures are microseconds of
the calling thread's processor time per call: the least of several rounds in which the two take turns. Spans end in
a processor that drops them, or where an SDK brings its own, in a sink on the loopback address.
"""

import argparse
import asyncio
import gc
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

TEXT = ("Which of the shoes are in stock today? " * 13)[:500]
CHUNKS = [TEXT[start : start + 5] for start in range(0, 500, 5)]
"""A hundred chunks, as a model streams them."""
SINK = os.environ.get("SDK_BENCHMARK_SINK", "http://127.0.0.1:1")

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True)
class Subject:
    """An SDK's decorator, and the provider whose bare spans it is compared with: a plain one, wherever its own go."""

    observe: Decorator
    provider: Any


def make_provider() -> TracerProvider:
    """A provider whose spans end in a processor that drops them."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SpanProcessor())
    return provider


def set_up_tacit() -> Subject:
    import tacit

    provider = make_provider()
    tacit.configure(tracer_provider=provider)
    return Subject(tacit.observe, provider)


def set_up_tacit_export() -> Subject:
    """With the export to a receiver, which both its spans and the bare ones take."""
    import tacit

    tacit.configure(endpoint=SINK)
    return Subject(tacit.observe, trace.get_tracer_provider())


def set_up_langfuse() -> Subject:
    from langfuse import Langfuse, observe

    Langfuse(public_key="pk-lf-none", secret_key="sk-lf-none", base_url=SINK)  # noqa: S106
    return Subject(observe, make_provider())


def set_up_mlflow() -> Subject:
    # Its own exporter queues less and drops what is more than 1,000 traces; over OTLP it is quicker, too.
    os.environ["MLFLOW_TRACKING_URI"] = SINK
    os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = f"{SINK}/v1/traces"
    os.environ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf"
    import mlflow

    return Subject(mlflow.trace, make_provider())


def set_up_opik() -> Subject:
    os.environ["OPIK_URL_OVERRIDE"] = SINK
    import opik

    return Subject(opik.track, make_provider())


def set_up_openinference() -> Subject:
    from openinference.instrumentation import OITracer, TraceConfig

    provider = make_provider()
    return Subject(OITracer(provider.get_tracer("openinference"), config=TraceConfig()).chain, provider)


def set_up_traceloop() -> Subject:
    from traceloop.sdk import Traceloop
    from traceloop.sdk.decorators import task

    Traceloop.init(api_endpoint=SINK, processor=SpanProcessor(), instruments=set(), telemetry_enabled=False)
    return Subject(task(name="subject"), make_provider())


def set_up_logfire() -> Subject:
    import logfire

    logfire.configure(
        send_to_logfire=False, console=False, inspect_arguments=False, additional_span_processors=[SpanProcessor()]
    )
    return Subject(logfire.instrument(record_return=True), make_provider())


def set_up_openlit() -> Subject:
    import openlit

    openlit.init(otlp_endpoint=SINK, disable_metrics=True)
    return Subject(openlit.trace, make_provider())


SUBJECTS: dict[str, Callable[[], Subject]] = {
    "tacit": set_up_tacit,
    "tacit-export": set_up_tacit_export,
    "langfuse": set_up_langfuse,
    "logfire": set_up_logfire,
    "mlflow": set_up_mlflow,
    "openinference": set_up_openinference,
    "openlit": set_up_openlit,
    "opik": set_up_opik,
    "traceloop": set_up_traceloop,
}


def function(text: str) -> str:
    return text


async def coroutine(text: str) -> str:
    return text


def generator(text: str) -> Iterator[str]:  # noqa: ARG001 - every subject has the same argument
    yield from CHUNKS


def write_bare(tracer: trace.Tracer) -> dict[str, Callable[..., Any]]:
    """The three by hand: a span, the argument, the result."""

    def bare_function(text: str) -> str:
        with tracer.start_as_current_span("function") as span:
            span.set_attribute("input", text)
            result = function(text)
            span.set_attribute("output", result)
            return result

    async def bare_coroutine(text: str) -> str:
        with tracer.start_as_current_span("coroutine") as span:
            span.set_attribute("input", text)
            result = await coroutine(text)
            span.set_attribute("output", result)
            return result

    def bare_generator(text: str) -> Iterator[str]:
        with tracer.start_as_current_span("generator") as span:
            span.set_attribute("input", text)
            chunks = []
            for chunk in generator(text):
                chunks.append(chunk)
                yield chunk
            span.set_attribute("output", "".join(chunks))

    return {"function": bare_function, "coroutine": bare_coroutine, "generator": bare_generator}


def time_calls(kind: str, call: Callable[[str], Any], count: int) -> float:
    """Microseconds of this thread per call."""
    if kind == "coroutine":
        return asyncio.run(time_awaits(call, count))
    read: Callable[[str], object] = call if kind == "function" else lambda text: [None for _ in call(text)]
    start = time.thread_time_ns()
    for _ in range(count):
        read(TEXT)
    return (time.thread_time_ns() - start) / count / 1_000


async def time_awaits(call: Callable[[str], Any], count: int) -> float:
    start = time.thread_time_ns()
    for _ in range(count):
        await call(TEXT)
    return (time.thread_time_ns() - start) / count / 1_000


def measure(subject: Subject, calls: int, rounds: int) -> dict[str, tuple[float, float]]:
    """For function, coroutine and generator: microseconds of the bare span and of the decorator."""
    bare = write_bare(subject.provider.get_tracer("benchmark"))
    observed = {each.__name__: subject.observe(each) for each in (function, coroutine, generator)}
    return {kind: measure_kind(kind, bare[kind], observed[kind], calls, rounds) for kind in bare}


def measure_kind(
    kind: str, bare: Callable[..., Any], observed: Callable[..., Any], calls: int, rounds: int
) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for call, taken in zip((bare, observed), times, strict=True):
            gc.collect()
            gc.disable()
            taken.append(time_calls(kind, call, calls))
            gc.enable()
    return min(times[0]), min(times[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument("--calls", type=int, default=500, help="calls a round (default 500)")
    parser.add_argument("--rounds", type=int, default=15, help="default 15")
    options = parser.parse_args()
    figures = measure(SUBJECTS[options.subject](), options.calls, options.rounds)
    print(json.dumps(figures), flush=True)
    os._exit(0)  # some would go on sending


if __name__ == "__main__":
    main()
