"""Receivers that refuse, hang, are busy or take a part: the app goes on and ends in time, and what is lost is said."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTracePartialSuccess as PartialSuccess
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from .apps import run_app
from .sink import Reply, Sink, run_sink

REFUSING = "http://127.0.0.1:1"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with run_sink() as sink:
        yield sink


@contextmanager
def open_silent_port() -> Iterator[str]:
    """The address of a port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def measure_burst(endpoint: str, variables: dict[str, str] | None = None) -> tuple[float, float, str]:
    """Slowdown of the median call, seconds of the exit, and what was logged, of an app with 5,000 calls."""
    done = run_app(
        f"""
        import json
        from opentelemetry.sdk.trace import TracerProvider

        def measure():
            seconds = []
            for number in range(5_000):
                began = time.perf_counter()
                answer(str(number))
                seconds.append(time.perf_counter() - began)
            return sorted(seconds)[2_500]

        tacit.configure(tracer_provider=TracerProvider())
        alone = measure()
        tacit.configure(endpoint="{endpoint}", tracer_provider=TracerProvider())
        print(json.dumps([measure() - alone, time.time()]), flush=True)
        """,
        variables,
    )
    ended = time.time()
    slowdown, told = json.loads(done.stdout)
    return slowdown, ended - told, done.stderr


def test_a_refusing_receiver_costs_neither_calls_nor_the_exit() -> None:
    slowdown, exit_seconds, logged = measure_burst(REFUSING)
    assert slowdown < 0.000_1
    assert exit_seconds < 1.5
    assert "5000 spans dropped" in logged
    assert "Connection refused" in logged


def test_a_hanging_receiver_costs_no_call_and_two_seconds_at_exit() -> None:
    with open_silent_port() as endpoint:
        slowdown, exit_seconds, logged = measure_burst(endpoint)
    assert slowdown < 0.000_1
    assert 1.8 < exit_seconds < 3.5
    assert len(logged.splitlines()) == 1
    assert "5000 spans dropped" in logged


def test_the_time_for_the_exit_can_be_set() -> None:
    with open_silent_port() as endpoint:
        _, exit_seconds, logged = measure_burst(endpoint, {"TACIT_EXIT_TIMEOUT": "0.3"})
    assert exit_seconds < 1.5
    assert "raise TACIT_EXIT_TIMEOUT" in logged


def test_a_wrong_time_is_said_and_the_default_holds(sink: Sink) -> None:
    done = run_app(f"tacit.configure(endpoint='{sink.endpoint}')\nanswer('why')", {"TACIT_EXIT_TIMEOUT": "soon"})
    assert "TACIT_EXIT_TIMEOUT='soon': expected a number" in done.stderr
    assert len(sink.spans) == 1


def test_a_burst_before_a_normal_exit_loses_nothing(sink: Sink) -> None:
    done = run_app(
        f"""
        tacit.configure(endpoint="{sink.endpoint}")
        for number in range(10_000):
            answer(str(number))
        """,
        {"TACIT_EXIT_TIMEOUT": "30"},  # two seconds are enough on a machine that does nothing else
    )
    assert len({span.span_id for span in sink.spans}) == len(sink.spans) == 10_000
    assert done.stderr == ""


def test_memory_is_bounded_and_what_does_not_fit_is_counted() -> None:
    with open_silent_port() as endpoint:
        done = run_app(
            f"""
            import dataclasses, json, resource
            tacit.configure(endpoint="{endpoint}")
            answer("first")
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for number in range(400):
                answer(f"{{number}} " + "long text " * 40_000)
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_024
            print(json.dumps([grown, dataclasses.asdict(tacit.count_spans())]))
            """,
            {"TACIT_QUEUE_MB": "20", "TACIT_EXIT_TIMEOUT": "0"},
        )
    grown_megabytes, counts = json.loads(done.stdout)
    assert grown_megabytes < 60
    assert counts["dropped"] > 300
    assert counts["waiting"] + counts["dropped"] == 401
    assert counts["sent"] == 0
    assert "TACIT_QUEUE_MB" in done.stderr


def test_what_was_dropped_after_the_last_report_is_said_at_exit(sink: Sink) -> None:
    done = run_app(
        f"""
        tacit.configure(endpoint="{sink.endpoint}")
        for number in range(20_000):
            answer(str(number))
        print(tacit.count_spans().dropped)
        """,
        {"OTEL_BSP_MAX_QUEUE_SIZE": "600"},
    )
    said = [int(line.split()[1]) for line in done.stderr.splitlines() if line.startswith("tacit: ")]
    assert sum(said) == int(done.stdout) == 20_000 - len(sink.spans) > 0


def test_the_number_of_waiting_spans_is_bounded_by_the_standard_variable() -> None:
    done = run_app(
        f"""
        tacit.configure(endpoint="{REFUSING}")
        for number in range(2_000):
            answer(str(number))
        counts = tacit.count_spans()
        print(counts.waiting <= 1_112, counts.waiting + counts.dropped)
        """,
        {"OTEL_BSP_MAX_QUEUE_SIZE": "600"},
    )
    assert done.stdout == "True 2000\n"


def test_a_busy_receiver_gets_the_spans_when_it_asked_for_them(sink: Sink) -> None:
    sink.replies.extend([Reply(503, {"Retry-After": "1"}), Reply(429, {"Retry-After": formatdate(0, usegmt=True)})])
    done = run_app(
        f"""
        tacit.configure(endpoint="{sink.endpoint}")
        answer("why")
        began = time.monotonic()
        assert tacit.flush(timeout_seconds=10)
        print(time.monotonic() - began, tacit.count_spans().sent)
        """
    )
    seconds, sent = done.stdout.split()
    assert 0.9 < float(seconds) < 5
    assert sent == "1"
    assert len(sink.requests) == 3
    assert len(sink.spans) == 1


def test_an_exit_waits_for_a_busy_receiver_within_its_time(sink: Sink) -> None:
    sink.replies.append(Reply(503, {"Retry-After": "1"}))
    run_app(f"tacit.configure(endpoint='{sink.endpoint}')\nanswer('why')")
    assert len(sink.spans) == 1


def test_an_exit_does_not_wait_for_what_would_come_too_late(sink: Sink) -> None:
    sink.replies.append(Reply(503, {"Retry-After": "60"}))
    done = run_app(f"tacit.configure(endpoint='{sink.endpoint}')\nanswer('why')\nprint(time.time())")
    assert time.time() - float(done.stdout) < 1.5
    assert "1 spans dropped" in done.stderr
    assert "503" in done.stderr


def test_spans_of_an_outage_arrive_after_it(sink: Sink) -> None:
    port = sink.server_address[1]
    sink.replies.extend([Reply(503), Reply(502)])
    done = run_app(
        f"""
        tacit.configure(endpoint="http://127.0.0.1:{port}")
        for number in range(1_000):
            answer(str(number))
        for _ in range(5):
            if tacit.flush(timeout_seconds=3):
                break
        print(tacit.count_spans())
        """
    )
    assert done.stdout == "SpanCounts(sent=1000, waiting=0, dropped=0, sampled_out=0)\n"
    assert len({span.span_id for span in sink.spans}) == 1_000


def test_a_refused_key_is_said_with_what_to_do(sink: Sink) -> None:
    sink.replies.append(Reply(401))
    done = run_app(
        f"""
        tacit.configure(endpoint="{sink.endpoint}")
        answer("why")
        assert tacit.flush() is False
        answer("again")
        assert tacit.flush() is True
        print(tacit.count_spans())
        """
    )
    assert done.stdout == "SpanCounts(sent=1, waiting=0, dropped=1, sampled_out=0)\n"
    assert "401 Unauthorized. Give the key of a project" in done.stderr


def test_a_redirect_is_told_rather_than_taken_for_success(sink: Sink) -> None:
    sink.replies.append(Reply(308, {"Location": "https://elsewhere.example/v1/traces"}))
    done = run_app(f"tacit.configure(endpoint='{sink.endpoint}')\nanswer('why')\nassert tacit.flush() is False")
    assert "moved to https://elsewhere.example/v1/traces" in done.stderr


def test_what_a_receiver_takes_only_in_part_is_counted_and_said(sink: Sink) -> None:
    partial = PartialSuccess(rejected_spans=2, error_message="two spans without a name")
    sink.replies.append(Reply(body=ExportTraceServiceResponse(partial_success=partial)))
    done = run_app(
        f"""
        tacit.configure(endpoint="{sink.endpoint}")
        for number in range(5):
            answer(str(number))
        assert tacit.flush() is False
        print(tacit.count_spans())
        """
    )
    assert done.stdout == "SpanCounts(sent=3, waiting=0, dropped=2, sampled_out=0)\n"
    assert "two spans without a name" in done.stderr


def test_faults_are_said_once_a_minute() -> None:
    done = run_app(
        f"""
        tacit.configure(endpoint="{REFUSING}")
        for number in range(6):
            answer(str(number))
            assert tacit.flush(timeout_seconds=0.3) is False
        import os
        os._exit(0)
        """
    )
    assert len(done.stderr.splitlines()) == 1
    assert "tacit.configure(endpoint=" in done.stderr


def test_one_span_that_cannot_be_encoded_does_not_take_others_with_it(sink: Sink) -> None:
    done = run_app(
        f"""
        from opentelemetry import trace
        tacit.configure(endpoint="{sink.endpoint}")
        answer("why")
        trace.get_tracer("other").start_span("lone surrogate \\ud800").end()
        answer("why not")
        tacit.flush()
        print(tacit.count_spans())
        """
    )
    assert done.stdout == "SpanCounts(sent=2, waiting=0, dropped=1, sampled_out=0)\n"
    assert sink.names == {"answer": 2}


def test_our_own_requests_make_no_spans(sink: Sink) -> None:
    """As instrumentations of HTTP clients do, which look whether they are suppressed."""
    run_app(
        f"""
        import requests
        from opentelemetry import context, trace
        tacit.configure(endpoint="{sink.endpoint}")
        send = requests.Session.send

        def traced(*args, **kwargs):
            if context.get_value(context._SUPPRESS_INSTRUMENTATION_KEY):
                return send(*args, **kwargs)
            with trace.get_tracer("http").start_as_current_span("POST"):
                return send(*args, **kwargs)

        requests.Session.send = traced
        answer("why")
        assert tacit.flush()
        assert tacit.flush()
        """
    )
    assert sink.names == {"answer": 1}


def test_spans_that_end_in_a_signal_handler_or_a_destructor_do_not_hang(sink: Sink) -> None:
    run_app(
        f"""
        import gc, signal
        tacit.configure(endpoint="{sink.endpoint}")
        gc.set_threshold(5)

        class Ends:
            def __init__(self):
                self.itself = self
            def __del__(self):
                answer("destructor")

        def interrupt(*_):
            answer("signal")
            signal.setitimer(signal.ITIMER_REAL, 0.001)

        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.001)
        for number in range(3_000):
            Ends()
            answer(str(number))
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        gc.collect()
        assert tacit.flush(30)
        assert tacit.count_spans().dropped == 0
        """
    )
    assert len(sink.spans) > 6_000


def test_a_provider_that_nobody_shuts_down_sends_at_exit(sink: Sink) -> None:
    run_app(
        f"""
        from opentelemetry.sdk.trace import TracerProvider
        tacit.configure(tracer_provider=TracerProvider(shutdown_on_exit=False), endpoint="{sink.endpoint}")
        answer("why")
        """
    )
    assert len(sink.spans) == 1
