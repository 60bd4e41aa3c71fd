"""Where spans go, how soon they leave, and that a dead receiver harms nobody. Each app is a process of its own."""

import json
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tacit.configuration import resolve_url

from .apps import CALL, run_app
from .sink import Sink, run_sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    with run_sink() as sink:
        yield sink


@contextmanager
def open_silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def find_service_name(sink: Sink) -> str:
    resource = sink.resource_spans[0].resource
    return {one.key: one.value.string_value for one in resource.attributes}["service.name"]


def test_spans_leave_within_two_seconds(sink: Sink) -> None:
    program = f"""
        tacit.configure(endpoint="{sink.endpoint}", api_key="k-1", service_name="shop")
        answer("why")
        print(time.time(), flush=True)
        time.sleep(30)
    """
    command = [sys.executable, "-c", CALL + textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        called = float(app.stdout.readline())
        assert sink.arrived.wait(10)
        assert time.time() - called < 2
        app.kill()
    (path, headers), *_ = sink.requests
    assert path == "/v1/traces"
    assert headers["content-type"] == "application/x-protobuf"
    assert headers["content-encoding"] == "gzip"
    assert headers["authorization"] == "Bearer k-1"
    assert find_service_name(sink) == "shop"
    attributes = {one.key: one.value.string_value for one in sink.spans[0].attributes}
    assert json.loads(attributes["tacit.arguments"]) == {"question": "why"}
    assert attributes["tacit.output"] == "WHY"


def test_standard_variables_are_honoured(sink: Sink) -> None:
    variables = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint,
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20k-2,x-team=blue",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        "OTEL_SERVICE_NAME": "named-by-variable",
    }
    run_app("tacit.configure()\nanswer('why')", variables)
    (path, headers), *_ = sink.requests
    assert (path, headers["authorization"], headers["x-team"]) == ("/v1/traces", "Bearer k-2", "blue")
    assert "content-encoding" not in headers
    assert find_service_name(sink) == "named-by-variable"


def test_arguments_win_over_variables(sink: Sink) -> None:
    variables = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20other",
        "OTEL_SERVICE_NAME": "other",
    }
    run_app(
        f"tacit.configure(endpoint='{sink.endpoint}', api_key='k-3', service_name='mine')\nanswer('why')", variables
    )
    assert sink.requests[0][1]["authorization"] == "Bearer k-3"
    assert find_service_name(sink) == "mine"


@pytest.mark.parametrize("variables", [{"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}], ids=str)
def test_it_can_be_switched_off_by_variables(sink: Sink, variables: dict[str, str]) -> None:
    run_app(f"tacit.configure(endpoint='{sink.endpoint}')\nassert answer('why') == 'WHY'", variables)
    assert sink.requests == []


def test_a_burst_of_ten_thousand_calls_loses_nothing(sink: Sink) -> None:
    run_app(
        f"""
        tacit.configure(endpoint="{sink.endpoint}")
        for number in range(10_000):
            answer(str(number))
        assert tacit.flush(timeout_seconds=30)
        """
    )
    assert len({span.span_id for span in sink.spans}) == 10_000


def test_configuring_twice_exports_once_and_to_the_last_address(sink: Sink) -> None:
    run_app(
        f"""
        tacit.configure(endpoint="http://127.0.0.1:1")
        tacit.configure(endpoint="{sink.endpoint}")
        tacit.configure(endpoint="{sink.endpoint}")
        answer("why")
        """
    )
    assert len(sink.spans) == 1


def test_a_provider_that_is_there_already_is_kept(sink: Sink) -> None:
    done = run_app(
        f"""
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        kept = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(kept))
        trace.set_tracer_provider(provider)
        tacit.configure(endpoint="{sink.endpoint}")
        answer("why")
        assert trace.get_tracer_provider() is provider
        print(len(kept.get_finished_spans()))
        """
    )
    assert done.stdout == "1\n"
    assert done.stderr == ""
    assert len(sink.spans) == 1


def test_without_configure_the_global_provider_is_used() -> None:
    done = run_app(
        """
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        answer("before there is a provider")
        kept = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(kept))
        trace.set_tracer_provider(provider)
        with tacit.conversation(id="c-1"):
            answer("why")
        (span,) = kept.get_finished_spans()
        print(span.attributes["gen_ai.conversation.id"])
        """
    )
    assert done.stdout == "c-1\n"


def test_a_silent_receiver_holds_neither_flush_nor_exit() -> None:
    with open_silent_port() as port:
        started = time.monotonic()
        done = run_app(
            f"""
            tacit.configure(endpoint="http://127.0.0.1:{port}")
            answer("why")
            began = time.monotonic()
            assert tacit.flush(timeout_seconds=0.5) is False
            print(time.monotonic() - began)
            """
        )
        assert time.monotonic() - started < 6
    assert 0.4 < float(done.stdout) < 1.5


def test_a_refusing_receiver_does_not_hold_the_exit() -> None:
    started = time.monotonic()
    run_app("tacit.configure(endpoint='http://127.0.0.1:1')\nanswer('why')")
    assert time.monotonic() - started < 6


def test_a_wrong_setting_is_said_and_the_app_runs_on() -> None:
    done = run_app(
        "tacit.configure(endpoint=4318)\nprint(answer('why'))", {"OTEL_TRACES_SAMPLER": "parentbased_always_on"}
    )
    assert done.stdout == "WHY\n"
    assert "tacit.configure() failed" in done.stderr


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        (None, "http://127.0.0.1:4318/v1/traces"),
        ("http://tacit:4318", "http://tacit:4318/v1/traces"),
        ("http://tacit:4318/", "http://tacit:4318/v1/traces"),
        ("https://tacit/otlp/v1/traces", "https://tacit/otlp/v1/traces"),
    ],
)
def test_the_path_is_added_unless_there(endpoint: str | None, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    assert resolve_url(endpoint) == url


def test_long_texts_are_spread_over_several_requests(sink: Sink) -> None:
    run_app(
        f"""
        tacit.configure(endpoint="{sink.endpoint}")
        for number in range(30):
            answer(str(number) * 400_000)
        assert tacit.flush(timeout_seconds=30)
        """
    )
    assert len(sink.spans) == 30
    assert len(sink.requests) > 1


def test_a_provider_that_comes_later_can_be_given(sink: Sink) -> None:
    """OpenTelemetry refuses a second global provider; what its app exports elsewhere goes on there."""
    done = run_app(
        f"""
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        tacit.configure(endpoint="{sink.endpoint}")
        kept = InMemorySpanExporter()
        theirs = TracerProvider()
        theirs.add_span_processor(SimpleSpanProcessor(kept))
        trace.set_tracer_provider(theirs)
        answer("before")
        print(len(kept.get_finished_spans()))
        tacit.configure(tracer_provider=theirs, endpoint="{sink.endpoint}")
        answer("after")
        theirs.get_tracer("other").start_span("another instrumentation's").end()
        print(len(kept.get_finished_spans()))
        """
    )
    assert done.stdout == "0\n2\n"
    assert sink.names == {"answer": 2, "another instrumentation's": 1}


def test_a_given_provider_without_an_address_exports_nothing_of_ours(sink: Sink) -> None:
    done = run_app(
        """
        from opentelemetry.sdk.trace import TracerProvider
        tacit.configure(tracer_provider=TracerProvider())
        answer("why")
        print(tacit.flush(), tacit.count_spans())
        """,
        {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint},
    )
    assert done.stdout == "True SpanCounts(sent=0, waiting=0, dropped=0, sampled_out=0)\n"
    assert sink.requests == []
