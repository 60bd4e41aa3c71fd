"""Whatever way a text comes in, what its project masks is nowhere afterwards: in no file of the store, in no row."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import tacit
from django.apps import apps
from django.conf import settings as django_settings
from django.utils import timezone
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from pydantic import SecretStr
from pytest_django import Settings

from config.grpc_server import GrpcServer
from drift.alerting import alerts
from drift.delivering.queue import run_deliveries
from drift.delivering.targets import save_target
from drift.handing_over.deriving import hand_over_changed
from drift.models import Alert, AlertRule
from feedback.datasets.definition import Definition
from feedback.derivation import derive_signals
from feedback.failures.changes import note, rename_mode
from feedback.flywheel.datasets import change_dataset, create_dataset
from feedback.judging.endpoint import Endpoint
from feedback.judging.rounds import Plan, judge_for_a_while
from feedback.models import FailureMode
from feedback.records import load_signals
from feedback.review.questions import Question
from feedback.reviewing.asked import ask_of
from feedback.reviewing.queues import change_queue, read_definition
from feedback.reviewing.records import load_words_on
from feedback.reviewing.submitting import Said, submit
from tests.conftest import Server
from tests.drift.channels.conftest import Hook, hook
from tests.feedback.judging.conftest import Judge, complete, judge
from tests.feedback.reviewing.places import add_item, make_queue
from tests.pages.conftest import Teller
from tests.tracing.otlp import make_request, make_span, to_any, to_key_values
from tests.tracing.sending import JSON, Answer, send
from tests.tracing.test_encodings import to_otlp_json
from tracing.access.keys import create_key
from tracing.access.rights import Scope
from tracing.dead_letters import keep_letters, retry_letters
from tracing.erasing.searching import search_directory
from tracing.importing import SOURCES, Entry, Origin, Row, read_entries
from tracing.importing.requests import write_requests
from tracing.masking import Masking, Pattern
from tracing.masking_rules import find_masking, mask_columns, save_masking
from tracing.receive.encodings import Encoding
from tracing.receive.otlp import SIGNALS, keep

__all__ = ["hook", "judge"]

MAIL = "quillon.zephyrbrand@mailbox.dk"
NAME = "zephyrbrand"
"""Of the address, what is looked for: names are no kind, so it stands nowhere but in it."""
RULES = Masking(
    kinds=frozenset({"email", "key", "password"}),
    patterns=(Pattern("customer", "Zephyrbrand-[0-9]+"),),
    dropped=("zephyrbrand.*",),
)
TEXT = f"Write to {MAIL}, I am Zephyrbrand-17."
ATTRIBUTES: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": TEXT}]}]),
    "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": TEXT}]}]),
    "gen_ai.conversation.id": f"chat of {MAIL}",
    "user.id": MAIL,
    "zephyrbrand.secret": "x",
    MAIL: "a name of an attribute",
    "list": [TEXT, {"a": TEXT}],
    "object": {MAIL: TEXT},
    "bytes": TEXT.encode(),
    "metadata": json.dumps({"user_id": MAIL, "note": TEXT}),
}


def make_marked_span(number: int) -> bytes:
    span = make_span(number, number, ATTRIBUTES, name=TEXT, trace_state=f"a={MAIL}")
    span.status.code, span.status.message = 2, TEXT
    span.events.add(name=TEXT, time_unix_nano=1, attributes=to_key_values(ATTRIBUTES))
    span.links.add(trace_id=span.trace_id, span_id=span.span_id, attributes=to_key_values(ATTRIBUTES))
    request = make_request(span)
    request.resource_spans[0].resource.attributes.extend(to_key_values({"process.command_line": TEXT}))
    return request.SerializeToString()


def make_marked_log() -> bytes:
    request = ExportLogsServiceRequest()
    logs = request.resource_logs.add().scope_logs.add().log_records
    logs.append(LogRecord(body=to_any(TEXT), attributes=to_key_values(ATTRIBUTES), event_name=TEXT, time_unix_nano=1))
    logs.append(LogRecord(body=to_any({MAIL: [TEXT]}), severity_text=TEXT, time_unix_nano=1))
    return request.SerializeToString()


def tell_feedback(server: Server, **fields: Any) -> None:
    item = {"name": "comment", "explanation": TEXT, "correction": TEXT, "metadata": {"note": TEXT, MAIL: 1}}
    item |= {"identifier": f"of {MAIL}", "conversation_id": f"chat of {MAIL}"} | fields
    answer = send(server, json.dumps(item).encode(), JSON, path="/api/v1/feedback")
    assert json.loads(answer.body) == {"accepted": 1, "rejected": []}


def send_over_grpc(body: bytes) -> None:
    grpc_server = GrpcServer("127.0.0.1", 0)
    grpc_server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{grpc_server.port}") as channel:
            channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")(body, timeout=30)
    finally:
        grpc_server.stop()


def send_as_json(server: Server) -> None:
    request = ExportTraceServiceRequest.FromString(make_marked_span(3))
    assert send(server, to_otlp_json(request), JSON).status == 200


def tell_from_a_page(server: Server) -> None:
    """By a key of web pages."""
    page = "https://shop.example"
    key = create_key(server.project, "page", [Scope.FEEDBACK_BROWSER], origins=[page])
    item = {"name": "comment", "explanation": TEXT, "message_id": f"to {MAIL}", "metadata": {MAIL: TEXT}}
    headers = JSON | {"Origin": page, "Authorization": f"Bearer {key}"}
    answer = send(server, json.dumps(item).encode(), headers, path="/api/v1/feedback")
    assert json.loads(answer.body) == {"accepted": 1, "rejected": []}


TURNS = [{"role": "user", "content": TEXT}, {"role": "assistant", "content": TEXT, "feedback": TEXT}]
OLD_LOGS: dict[str, dict[str, Any]] = {
    "jsonl": {"conversation_id": MAIL, "user_id": MAIL, "turns": TURNS, "metadata": {"note": TEXT}},
    "openai-jsonl": {"messages": TURNS, "metadata": {"conversation_id": MAIL, "note": TEXT}, "user": MAIL},
    "langfuse": {
        "id": "0af7651916cd43dd8448eb211c80319c",
        "timestamp": "2026-03-01T12:00:00.000Z",
        "name": TEXT,
        "sessionId": MAIL,
        "userId": MAIL,
        "tags": [TEXT],
        "input": {"question": TEXT},
        "output": TEXT,
        "metadata": {MAIL: TEXT},
    },
    "phoenix": {
        "name": TEXT,
        "span_kind": "LLM",
        "start_time": "2026-03-01T12:00:00Z",
        "end_time": "2026-03-01T12:00:02Z",
        "status_message": TEXT,
        "context.span_id": "00f067aa0ba902b7",
        "context.trace_id": "0af7651916cd43dd8448eb211c80319d",
        "attributes.llm.input_messages": [{"message.role": "user", "message.content": TEXT}],
        "attributes.llm.output_messages": [{"message.role": "assistant", "message.content": TEXT}],
        "attributes.session.id": MAIL,
        "attributes.user.id": MAIL,
    },
}


def import_logs() -> None:
    """A record of each source that there is."""
    assert OLD_LOGS.keys() == SOURCES.keys()
    for name, row in OLD_LOGS.items():
        entries = list(read_entries(SOURCES[name], [Row(1, row)], Origin(name, "default", 10**18)))
        spans = [span for entry in entries if isinstance(entry, Entry) for span in entry.spans]
        assert NAME in str(spans).lower(), name
        for _, body in write_requests(spans):
            keep(SIGNALS[0], body, Encoding.PROTOBUF, 1)


def review_with_note(server: Server) -> None:
    conversation = server.get_json("conversations")["items"][0]
    item = add_item(make_queue(server.project, Question.OUTCOME), conversation["conversation_id"])
    choices = [each.key for each in ask_of(server.store, item).choices]
    submit(server.store, item, "anna", Said(choices[:1], better_answer=TEXT, note=TEXT))
    [word] = load_words_on(server.store, item)
    assert word.review.note == word.review.better_answer == "Write to [EMAIL], I am [CUSTOMER]."


def note_failures(server: Server) -> None:
    now = timezone.now()
    times = {"found_at": now, "first_time": now, "last_time": now, "state_since": now}
    FailureMode.objects.create(project=server.project, number=1, family="complaint", **times)
    note(server.project, 1, TEXT, "anna")
    rename_mode(server.project, 1, TEXT, "anna")


def describe_work(server: Server) -> None:
    """What people paste into guidelines and descriptions."""
    queue = make_queue(server.project, Question.OUTCOME)
    change_queue(queue, definition=replace(read_definition(queue), guidelines=f"Such as: {TEXT}"))
    dataset = create_dataset(server.project, "Set", Definition("trl-sft"), "anna", TEXT)
    assert change_dataset(dataset, description=TEXT).description == "Write to [EMAIL], I am [CUSTOMER]."


def note_alert(server: Server) -> None:
    now = timezone.now()
    rule = AlertRule.objects.create(project=server.project, name="Rule", kind="threshold", created_at=now)
    times = dict.fromkeys(("started_at", "opened_at", "last_at"), now)
    alerts.note(Alert.objects.create(project=server.project, number=9, rule=rule, key="k", **times), TEXT, "anna", now)


def judge_answers(server: Server, judge: Judge) -> None:
    """The model says in its reason what it read elsewhere."""
    judge.reply = lambda _shown: complete("failed", TEXT)
    plan = Plan(Endpoint(judge.url, "small-model", SecretStr("")), 1.0, 100)
    teller = Teller(server.project, server.store)
    teller.tell("judged", (("Capital of Australia?", "Sydney."), ("canberra, surely", "Yes."), ("thanks!", "Welcome.")))
    assert judge_for_a_while(server.store, plan) > 0
    derive_signals(server.store, [(server.project.pk, "judged")])
    told = [each for each in load_signals(server.store, 1, ["judged"])["judged"] if each.kind == "judgement"]
    assert "Write to [EMAIL], I am [CUSTOMER]." in told[0].evidence.reason


def hand_over_to(server: Server, hook: Hook) -> None:
    """A user who asks for a person and says their address: what goes out names neither."""
    attributes = ATTRIBUTES | {"gen_ai.input.messages": f"I am {MAIL}, I want to talk to a real person."}
    span = make_span(7, 7, attributes, start_time_unix_nano=time.time_ns() - 10**9, end_time_unix_nano=time.time_ns())
    target = save_target(server.project, "Hook", "webhook", {"url": hook.url, "secret": "s" * 20}, "anna")
    kind = AlertRule.Kind.CONVERSATION
    rule = AlertRule.objects.create(project=server.project, name="Live", kind=kind, created_at=timezone.now())
    rule.targets.add(target)
    assert send(server, make_request(span).SerializeToString()).status == 200
    server.derive()
    hand_over_changed(server.store)
    run_deliveries(timezone.now())
    assert hook.bodies
    assert not any(NAME.encode() in body.lower() for body in hook.bodies)


def search_rows() -> dict[str, Any]:
    """Rows of Django's database that hold the name, but for the rules themselves."""
    rows = ((model.__name__, each) for model in apps.get_models() for each in model._default_manager.values())
    return {name: row for name, row in rows if NAME in str(row).lower() and name != "MaskingRules"}


def search_files() -> dict[str, list[str]]:
    """Those of the store; the rules stand in those of SQLite, which are looked at row by row."""
    found = search_directory(Path(django_settings.DATA_DIR), (NAME, NAME.capitalize()))
    found = {text: [path for path in paths if not path.startswith("test.sqlite3")] for text, paths in found.items()}
    return {text: paths for text, paths in found.items() if paths}


def test_nothing_that_is_masked_lands_on_any_way(
    server: Server, sdk: None, judge: Judge, hook: Hook, settings: Settings
) -> None:
    settings.WEBHOOK_NETWORKS = "127.0.0.0/8"
    save_masking(1, RULES)
    assert send(server, make_marked_span(1)).status == 200
    assert send(server, make_marked_log(), path="/v1/logs").status == 200
    send_over_grpc(make_marked_span(2))
    send_as_json(server)
    import_logs()
    tell_feedback(server)
    tell_from_a_page(server)
    tacit.feedback("comment", explanation=TEXT, correction=TEXT, metadata={"a": TEXT}, conversation_id=MAIL)
    server.derive()
    review_with_note(server)
    note_failures(server)
    describe_work(server)
    note_alert(server)
    conversations = server.get_json("conversations")["items"]
    assert len(conversations) == 2, "the same ids are the same conversations, whoever tells them"
    judge_answers(server, judge)
    hand_over_to(server, hook)
    server.store.execute("OPTIMIZE TABLE otel_traces FINAL")
    assert search_files() == {}
    assert search_rows() == {}
    spans = server.get_json("generations")["items"]
    assert "Write to [EMAIL], I am [CUSTOMER]." in json.dumps(spans)


def test_ids_are_found_by_those_who_know_them(server: Server) -> None:
    save_masking(1, RULES)
    assert send(server, make_marked_span(1)).status == 200
    tell_feedback(server)
    tell_feedback(server, label="again")
    server.derive()
    [told] = server.get_json("feedback")["items"]
    [conversation] = server.get_json("conversations")["items"]
    assert told["label"] == "again"
    assert told["conversation_id"] == conversation["conversation_id"]
    assert told["conversation_id"].startswith("masked-")
    assert send(server, b"", method="DELETE", path=f"/api/v1/feedback/of%20{MAIL}").status == 204
    assert server.get_json("feedback")["items"] == []


def test_who_has_an_id_of_the_app_gets_to_what_is_kept_under_its_pseudonym(server: Server) -> None:
    save_masking(1, RULES)
    assert send(server, make_marked_span(1)).status == 200
    server.derive()
    [conversation] = server.get_json("conversations")["items"]
    kept = conversation["user_id"]
    for query in (f"user_id={MAIL}", f"q=user:{MAIL}", f"q=conversation:%22chat+of+{MAIL}%22", f"q=-user:bo,{kept}x"):
        assert server.get_json(f"conversations?{query}")["items"] == [conversation], query
    assert server.get_json(f"conversations?q=-user:{MAIL}")["items"] == []
    assert server.get_json(f"generations?user_id={MAIL}")["items"]
    assert server.get_json(f"users/{MAIL}")["user_id"] == kept
    assert server.get_json(f"conversations/chat%20of%20{MAIL}")["user_id"] == kept
    assert open_page(server, f"users/{MAIL}").headers["Location"] == f"/p/default/users/{kept}"
    there = open_page(server, f"conversations/chat%20of%20{MAIL}").headers["Location"]
    assert there == f"/p/default/conversations/{conversation['conversation_id']}"
    led = open_page(server, f"conversations?user_id={MAIL}&range=7d").headers["Location"]
    assert led == f"/p/default/conversations?range=7d&q=user%3A{MAIL.replace('@', '%40')}%2C{kept}"
    assert open_page(server, led.removeprefix("/p/default/")).status == 200
    assert open_page(server, "users/nobody").status == 404


def open_page(server: Server, path: str) -> Answer:
    return send(server, b"", {}, method="GET", path=f"/p/default/{path}")


def test_a_dead_letter_is_masked_when_it_is_tried_again(server: Server) -> None:
    row = {"project_id": 1, "identifier": "f", "name": "comment", "explanation": TEXT, "metadata": "{}", "time": 1}
    keep_letters(server.store, "feedback", [(row, "for a reason")])
    save_masking(1, RULES)
    assert retry_letters(server.store, 1, mask_columns).stored == 1
    [told] = server.get_json("feedback")["items"]
    assert told["explanation"] == "Write to [EMAIL], I am [CUSTOMER]."


def test_a_changed_rule_holds_at_once(server: Server) -> None:
    assert send(server, make_marked_span(1)).status == 200
    assert find_masking(1) == Masking()
    save_masking(1, RULES)
    assert find_masking(1) == RULES
