"""The demo as a stranger sees it: a subprocess that sends OTLP; what arrived at a local sink is looked at."""

import gzip
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tacit import attributes

from tracing.demo.dialogues import AGENT_SAMPLE, PLANTED_SAMPLE, SAMPLE, load_dialogues
from tracing.demo.machines import plan_visits
from tracing.demo.schedule import plan_endings

DAY = timedelta(days=1)
ROOT = Path(__file__).parents[2]


@dataclass
class Sink:
    """An OTLP/HTTP receiver that keeps everything, or answers only with `status`."""

    status: int = 200
    requests: list[ExportTraceServiceRequest] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    endpoint: str = ""

    @property
    def services(self) -> list[tuple[dict[str, str], Span]]:
        return [
            (read_attributes(resource.resource), span)
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def spans(self) -> list[Span]:
        return [span for _, span in self.services]


@contextmanager
def open_sink(status: int = 200) -> Iterator[Sink]:
    sink = Sink(status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sink.headers.append({key.lower(): value for key, value in self.headers.items()})
            sink.requests.append(ExportTraceServiceRequest.FromString(gzip.decompress(body)))
            self.send_response(sink.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        sink.endpoint = f"http://127.0.0.1:{server.server_port}"
        yield sink
        server.shutdown()


def read_attributes(holder: Span | Resource) -> dict[str, str]:
    return {
        item.key: str(getattr(item.value, item.value.WhichOneof("value") or "string_value"))
        for item in holder.attributes
    }


def run_replay(endpoint: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tracing.demo.replay", "--endpoint", endpoint],
        cwd=ROOT,
        env={**os.environ, "TACIT_DEMO_KEY": "demo-key"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@dataclass
class Replayed:
    result: subprocess.CompletedProcess[str]
    sink: Sink
    started: datetime
    seconds: float


@pytest.fixture(scope="module")
def replays() -> list[Replayed]:
    """Two runs, one after the other, each into a sink of its own."""
    return [replay_into_sink() for _ in range(2)]


def replay_into_sink() -> Replayed:
    with open_sink() as sink:
        started, clock = datetime.now(UTC), time.monotonic()
        result = run_replay(sink.endpoint)
        return Replayed(result, sink, started, time.monotonic() - clock)


@pytest.fixture(scope="module")
def sink(replays: list[Replayed]) -> Sink:
    return replays[0].sink


def find_feedback(sink: Sink) -> list[dict[str, str]]:
    return [read_attributes(span) for span in sink.spans if span.name == attributes.FEEDBACK_SPAN_NAME]


def find_answers(sink: Sink) -> list[dict[str, str]]:
    """The observed functions that answered people, one for each answer that was begun."""
    return [read_attributes(span) for span in sink.spans if span.name in {"answer", "reply"}]


def test_every_conversation_of_the_sample_arrives_and_the_last_line_says_how_many(
    replays: list[Replayed],
) -> None:
    first = replays[0]
    expected = {dialogue.conversation_id for dialogue in load_dialogues()}
    expected |= {visit.dialogue.conversation_id for visit in plan_visits(first.started)}
    arrived = {answer[attributes.CONVERSATION_ID] for answer in find_answers(first.sink)}
    assert first.result.returncode == 0, first.result.stderr
    assert arrived == expected
    assert re.search(rf"{len(expected)} conversations in {len(first.sink.spans)} spans", first.result.stdout)


def test_replay_is_quick(replays: list[Replayed]) -> None:
    assert min(replay.seconds for replay in replays) < 5


def test_a_second_run_sends_the_same_spans_again(replays: list[Replayed]) -> None:
    def identify(sink: Sink) -> dict[tuple[bytes, bytes], tuple[str, bytes, str]]:
        return {
            (span.trace_id, span.span_id): (
                span.name,
                span.parent_span_id,
                read_attributes(span).get(attributes.FEEDBACK_IDENTIFIER, ""),
            )
            for span in sink.spans
        }

    first, second = (identify(replay.sink) for replay in replays)
    assert first == second
    assert len(first) == len(replays[0].sink.spans)


def test_all_times_lie_in_the_week_that_ends_now(replays: list[Replayed]) -> None:
    first = replays[0]
    starts = [span.start_time_unix_nano / 1e9 for span in first.sink.spans]
    ends = [span.end_time_unix_nano / 1e9 for span in first.sink.spans]
    events = [event.time_unix_nano / 1e9 for span in first.sink.spans for event in span.events]
    now = first.started.timestamp()
    assert min(starts) >= now - timedelta(days=7).total_seconds()
    assert now - 150 < max(ends) <= now
    assert all(start <= end for start, end in zip(starts, ends, strict=True))
    assert events
    assert min(starts) <= min(events) <= max(events) <= now


def test_children_lie_within_their_parents(sink: Sink) -> None:
    by_id = {span.span_id: span for span in sink.spans}
    children = [span for span in sink.spans if span.parent_span_id]
    assert children
    for child in children:
        parent = by_id[child.parent_span_id]
        assert child.trace_id == parent.trace_id
        assert parent.start_time_unix_nano <= child.start_time_unix_nano
        assert child.end_time_unix_nano <= parent.end_time_unix_nano


def test_turns_of_a_conversation_follow_one_another(sink: Sink) -> None:
    ends: dict[str, int] = {}
    for span in sorted(sink.spans, key=lambda span: span.start_time_unix_nano):
        if span.name in {"answer", "reply"}:
            conversation = read_attributes(span)[attributes.CONVERSATION_ID]
            assert span.start_time_unix_nano > ends.get(conversation, 0)
            ends[conversation] = span.end_time_unix_nano


def test_people_stop_regenerate_copy_and_judge_a_small_share_of_answers(sink: Sink) -> None:
    feedback, answers = find_feedback(sink), find_answers(sink)
    names = [each[attributes.FEEDBACK_NAME] for each in feedback]
    thumbs = [each[attributes.FEEDBACK_LABEL] for each in feedback if each[attributes.FEEDBACK_NAME] == "thumbs"]
    assert {"stop", "regenerate", "copy", "thumbs"} == set(names)
    assert {"up", "down"} == set(thumbs)
    assert 0.03 < len(thumbs) / len(answers) < 0.09


def test_feedback_points_at_an_answer_that_was_sent(sink: Sink) -> None:
    answers = {
        (read_attributes(span)[attributes.CONVERSATION_ID], span.trace_id.hex())
        for span in sink.spans
        if span.name in {"answer", "reply"}
    }
    targets = {(each[attributes.CONVERSATION_ID], each[attributes.FEEDBACK_TRACE_ID]) for each in find_feedback(sink)}
    assert targets <= answers


def test_a_regeneration_asks_the_same_again_and_gets_another_answer(sink: Sink) -> None:
    answers = {span.trace_id.hex(): read_attributes(span) for span in sink.spans if span.name in {"answer", "reply"}}
    replaced = [
        answers[each[attributes.FEEDBACK_TRACE_ID]]
        for each in find_feedback(sink)
        if each[attributes.FEEDBACK_NAME] == "regenerate"
    ]
    outputs: dict[tuple[str, str], set[str]] = {}
    for answer in answers.values():
        request = (answer[attributes.CONVERSATION_ID], answer[attributes.ARGUMENTS])
        outputs.setdefault(request, set()).add(answer[attributes.OUTPUT])
    assert replaced
    for answer in replaced:
        request = (answer[attributes.CONVERSATION_ID], answer[attributes.ARGUMENTS])
        assert outputs[request] > {answer[attributes.OUTPUT]}


def test_stopped_answers_are_cut_short_by_the_client(sink: Sink) -> None:
    whole = {turn.answer for dialogue in load_dialogues() for turn in dialogue.turns}
    stopped = [answer for answer in find_answers(sink) if answer[attributes.OUTCOME] == "stopped"]
    presses = [each for each in find_feedback(sink) if each[attributes.FEEDBACK_NAME] == "stop"]
    assert len(stopped) == len(presses) > 0
    assert {answer[attributes.ENDED_BY] for answer in stopped} == {"client"}
    assert not {answer[attributes.OUTPUT] for answer in stopped if answer[attributes.OUTPUT]} & whole
    assert any(answer[attributes.OUTPUT] for answer in stopped)


def test_a_failing_provider_is_recorded_as_an_error(sink: Sink) -> None:
    failed = [answer for answer in find_answers(sink) if answer[attributes.OUTCOME] == "error"]
    expected = sum(bool(turn.error) for dialogue in load_dialogues() for turn in dialogue.turns)
    assert len(failed) == expected > 0
    assert all("ProviderError" in answer[attributes.ERROR_TYPE] for answer in failed)


def test_first_chunks_come_when_the_simulated_model_spoke(sink: Sink) -> None:
    waits = [
        float(span[attributes.TIME_TO_FIRST_CHUNK])
        for span in find_answers(sink)
        if span[attributes.OUTCOME] == "completed"
    ]
    assert 0.3 < sorted(waits)[len(waits) // 2] < 1.5
    assert min(waits) > 0.05


def test_the_support_assistant_shows_retrieval_and_a_model_call_beneath_its_reply(sink: Sink) -> None:
    replies = {span.span_id for span in sink.spans if span.name == "reply"}
    beneath = [span for span in sink.spans if span.parent_span_id in replies]
    kinds = {
        read_attributes(span).get(attributes.KIND) or read_attributes(span)["gen_ai.operation.name"] for span in beneath
    }
    assert kinds == {"retriever", "chat"}
    assert len(beneath) == 2 * len(replies)


def test_the_agent_shows_calls_of_a_model_and_of_tools_beneath_its_answer(sink: Sink) -> None:
    agents = {span.span_id for span in sink.spans if read_attributes(span).get(attributes.KIND) == "agent"}
    beneath = [span for span in sink.spans if span.parent_span_id in agents]
    operations = Counter(read_attributes(span)[attributes.OPERATION_NAME] for span in beneath)
    turns = [turn for dialogue in load_dialogues() if dialogue.app == "order-desk" for turn in dialogue.turns]
    calls = [call for turn in turns for step in turn.steps for call in step]
    assert operations == {
        "chat": sum(len(turn.steps) + 1 for turn in turns),
        "execute_tool": sum(call.tool != "cancel_order" for call in calls),
    }


def test_every_app_is_a_service_in_production_and_one_is_evaluated(sink: Sink) -> None:
    services = {resource["service.name"] for resource, _ in sink.services}
    environments = {resource["deployment.environment.name"] for resource, _ in sink.services}
    assert services == {dialogue.app for dialogue in load_dialogues()}
    assert environments == {"production", "evaluation"}


def test_the_help_desk_runs_one_release_after_the_other(sink: Sink) -> None:
    times: dict[str, list[int]] = {}
    for resource, span in sink.services:
        if release := resource.get("service.version"):
            times.setdefault(release, []).append(span.start_time_unix_nano)
    assert set(times) == {"2.2.1", "2.3.0"}
    assert max(times["2.2.1"]) < min(times["2.3.0"])


def test_the_key_travels_in_the_header(sink: Sink) -> None:
    assert {headers["authorization"] for headers in sink.headers} == {"Bearer demo-key"}


def test_a_refusing_endpoint_ends_the_replay_with_one_line() -> None:
    with open_sink(status=401) as sink:
        result = run_replay(sink.endpoint)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert sink.endpoint in result.stderr
    assert "401" in result.stderr


def test_the_sample_is_small_and_names_only_sources_that_notice_attributes() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    dialogues = load_dialogues()
    assert sum(sample.stat().st_size for sample in (SAMPLE, AGENT_SAMPLE, PLANTED_SAMPLE)) < 500_000
    assert 190 <= len(dialogues) <= 450
    assert {dialogue.source for dialogue in dialogues} <= set(re.findall(r'^"(.+)"$', notice, re.MULTILINE))


def test_the_week_is_busier_by_day_than_by_night_and_grows() -> None:
    now = datetime(2026, 3, 13, 12, tzinfo=UTC)  # a Friday
    endings = plan_endings(2_000, now)
    hours = [ending.astimezone().hour for ending in endings]
    monday, thursday = (count_endings(endings, now - days * DAY) for days in (4, 1))
    assert endings == sorted(endings)
    assert now - endings[-1] == timedelta(minutes=2)
    assert sum(9 <= hour < 18 for hour in hours) > 4 * sum(hour < 6 for hour in hours)
    assert thursday > 1.05 * monday


@pytest.mark.parametrize("hour", [0, 2, 3, 16, 23])
def test_machines_come_at_fixed_hours_of_the_week_before(hour: int) -> None:
    now = datetime(2026, 3, 13, hour, 1, tzinfo=UTC)
    visits = plan_visits(now)
    checks = [visit for visit in visits if visit.dialogue.user_id == "uptime-check"]
    nightly = [visit for visit in visits if visit.environment == "evaluation"]
    assert (len(checks), len(nightly)) == (20, 18)
    assert len({visit.dialogue.conversation_id for visit in visits}) == 38
    assert {visit.ending.hour for visit in checks} == {0, 8, 16}
    assert {visit.ending.hour for visit in nightly} == {2}
    assert all(now - 7 * DAY < visit.ending < now - timedelta(minutes=2) for visit in visits)


def count_endings(endings: list[datetime], start: datetime) -> int:
    return sum(start < ending <= start + DAY for ending in endings)
