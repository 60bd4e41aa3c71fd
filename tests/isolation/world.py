"""Two projects that hold the same ids, and in every text a mark of their own by which it is known wherever it shows.

Ids that both have find a query that forgot its project; ids that one alone has find an answer that gives them away.
"""

import gzip
import secrets
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from drift.delivering.seals import seal
from drift.detectors import Measured
from drift.ledger import Call
from drift.models import (
    Alert,
    AlertChange,
    AlertRule,
    AlertTarget,
    Delivery,
    DeliveryAttempt,
    DriftAlarm,
    DriftReport,
    HandOver,
    LedgerEvent,
    LedgerState,
)
from drift.observing.measuring import DAY_NS
from drift.observing.records import DayRow, Observation, write_days, write_observations
from drift.observing.topics import Topics, save_topics
from drift.recording.states import Known, pack
from drift.watching.outlooks import Line, Outlook, SegmentOutlook, keep_outlook
from drift.watching.segments import SegmentName
from feedback.agent_task_records import write_agent_tasks
from feedback.agent_tasks import AgentTask, ToolCount
from feedback.asking import Moment, Rules
from feedback.asks import Decision, to_columns
from feedback.confirmations import identify_signal, write_confirmation
from feedback.datasets.definition import Definition, write_definition
from feedback.detectors import Evidence, Signal
from feedback.detectors.verdict import Verdict
from feedback.explicit import Feedback
from feedback.failures.records import VECTOR_WIDTH, FailingRow, write_failing
from feedback.failures.turns import FailingTurn
from feedback.flywheel.running import build_all
from feedback.labels import DISSATISFIED, OUTCOME, LabelKey, write_label
from feedback.models import (
    AskedUser,
    AskingSetting,
    Dataset,
    DatasetVersion,
    DetectorSetting,
    EvaluationSet,
    Expectation,
    FailureCatalogue,
    FailureMode,
    FailureModeChange,
    ForgettingSecret,
    ForgottenSubject,
    HoldoutSetting,
    JudgeDay,
    Listening,
    ReviewItem,
    ReviewQueue,
    ReviewTurn,
    SatisfactionFit,
    SavedView,
)
from feedback.records import ConversationSignals, Hearing, write_feedback, write_hearings, write_signals
from feedback.satisfaction import Interval
from feedback.satisfaction_records import Estimate, write_estimates
from tests.tracing.otlp import make_log, make_span, make_span_id, make_trace_id, to_key_values
from tracing.access.audit import record
from tracing.access.decisions import Actor, ActorKind
from tracing.access.keys import create_key, revoke_key, rotate_key
from tracing.access.rights import Role, Scope
from tracing.conversations import Answer, Conversation, Turn
from tracing.dead_letters import keep_letters
from tracing.generations import Generation, Message
from tracing.models import ApiKey, Erasure, Invitation, MaskingRules, Membership, Project, ProjectPrice, Reprocessing
from tracing.own_words import MessageTemplate
from tracing.receive.decoding import decode_logs, decode_spans
from tracing.records import write_conversations, write_generations, write_tool_runs
from tracing.records.message_templates import write_templates
from tracing.rollups import count_changed_hours
from tracing.store import PROJECT_TABLES, Store
from tracing.tool_runs import ToolRun

SHARED_CONVERSATION = "shared"
SHARED_TRACE = 7
REVIEWER = "somebody"
SECOND_NS = 10**9
APPS = ("tracing", "feedback", "drift")
PASSWORD = "a long and good phrase"
NOT_TEXT = {
    # Ids that are numbers, and words of a fixed list.
    *("TraceId", "SpanId", "ParentSpanId", "Links.TraceId", "Links.SpanId", "trace_id", "span_id", "parent_span_id"),
    *("other_span_ids", "answers.trace_id", "answers.span_id", "answers.generation_span_ids", "answers.follows"),
    *("SpanKind", "StatusCode", "operation", "outcome", "ended_by", "convention", "code_version", "table_name"),
    *("answers.outcome", "answers.ended_by", "outcomes", "letter_id", "annotator_kind", "detector_version"),
    *("EventAttributeTypes", "LinkAttributeTypes", "SpanAttributeTypes", "ResourceAttributeTypes", "BodyType"),
    *("LogAttributeTypes", "finish_reasons", "answers.history_hash", "kind", "detector", "event_name"),
    *("basis", "machine", "verdict", "answer_forms", "reasons.name", "family", "vector", "question", "choices"),
}
"""Columns of the store that hold no text that somebody wrote."""
NOT_WORDS = {
    "action",
    "kinds",
    "kind",
    "long_is",
    "mix",
    "question",
    "reviewed",
    "role",
    "state",
    "basis",
    "family",
    "resolved_in_kind",
    "verification",
    "parameters",
    "rates",
    "actor_kind",
    "digest",
    "prefix",
    "scopes",
    "origins",
    "ask_id",
    "fate",
    "channel",
    "field",
    "trace_id",
    "span_id",
    "severity",
    "metric",
    "comparison",
    "group_by",
    "choices",
    "told_state",
    "segment_key",
    "doing",
}
"""The same of Django's tables."""

VOLATILE = {"last_used_at", "last_login"}
"""What being asked changes."""


@dataclass
class Side:
    """One of the two projects, and whatever can be asked for in it."""

    project: Project
    mark: str
    """In every text of the project; lower-case letters and digits."""
    first_id: int
    """Rows of Django's tables have numbers from here on, so that no number means something in both."""
    keys: dict[str, str] = field(default_factory=dict)
    """Keys by what they are for."""
    people: dict[str, models.Model] = field(default_factory=dict)
    """Members by their role; `closed` is an owner whose account is no longer active."""

    @property
    def conversation(self) -> str:
        return f"conversation-{self.mark}"

    @property
    def feedback(self) -> str:
        return f"feedback-{self.mark}"

    @property
    def export(self) -> str:
        """Key of an export."""
        return f"export-{self.mark}"

    @property
    def trace(self) -> int:
        return self.first_id

    def word(self, what: str) -> str:
        return f"{what} {self.mark}"


def make_side(store: Store, first_id: int, of: type[Side] = Side) -> Side:
    """A project with something in each table of both databases."""
    mark = f"zq{secrets.token_hex(8)}"
    project = Project.objects.create(pk=first_id, slug=f"side-{mark}", name=f"Side {mark}", retention_days=0)
    side = of(project, mark, first_id)
    add_people(side)
    add_keys(side)
    add_rows(side)
    fill_store(store, side)
    insert_contradiction(store, side)
    add_days(store, side)
    add_datasets(store, side)
    add_reviews(store, side)
    verify_mode(store, side)
    return side


def add_people(side: Side) -> None:
    for number, (name, role) in enumerate(
        [*((role.value, role) for role in Role), ("closed", Role.OWNER)], start=side.first_id
    ):
        email = f"{name}-{side.mark}@example.org"
        user = get_user_model().objects.create(
            pk=number,
            username=email,
            email=email,
            first_name=side.mark,
            last_name=side.mark,
            is_active=name != "closed",
        )
        Membership.objects.create(pk=number, project=side.project, user=user, role=role)
        side.people[name] = user


def add_keys(side: Side) -> None:
    """One key for each scope and one for all, and those that are no longer good."""
    past = timezone.now() - timedelta(seconds=1)
    wanted: dict[str, dict[str, Any]] = {scope.value: {"scopes": [scope]} for scope in Scope}
    wanted["every scope"] = {"scopes": [each for each in Scope if each is not Scope.FEEDBACK_BROWSER]}
    wanted["expired"] = {"scopes": [Scope.ADMIN], "expires_at": past}
    wanted["revoked"] = {"scopes": [Scope.ADMIN]}
    for number, (name, given) in enumerate(wanted.items(), start=side.first_id):
        origins = [f"https://{side.mark}.example"] if name == Scope.FEEDBACK_BROWSER else []
        side.keys[name] = create_key(
            side.project, side.word(name), created_by=side.word("by"), origins=origins, **given
        )
        ApiKey.objects.filter(project=side.project, name=side.word(name)).update(id=number)
    revoke_key(ApiKey.objects.get(project=side.project, name=side.word("revoked")))
    side.keys["rotated out"] = side.keys["ingest"]
    ingest = ApiKey.objects.get(project=side.project, name=side.word("ingest"))
    side.keys["ingest"] = rotate_key(ingest, timedelta(0), side.word("by"))
    ApiKey.objects.filter(project=side.project).exclude(pk__gte=side.first_id).update(id=side.first_id + len(wanted))


def add_rows(side: Side) -> None:
    """A row of every model of a project that has none yet."""
    project, pk = side.project, side.first_id
    Invitation.objects.create(
        pk=pk,
        project=project,
        email=f"guest-{side.mark}@example.org",
        role=Role.VIEWER,
        digest=secrets.token_hex(32),
        invited_by=side.word("by"),
        expires_at=timezone.now() + timedelta(days=1),
    )
    ProjectPrice.objects.create(
        pk=pk, project=project, provider=side.word("provider"), model=side.word("model"), input=1, output=2
    )
    MaskingRules.objects.create(
        pk=pk,
        project=project,
        kinds=["email"],
        patterns=[{"name": side.mark, "expression": f"{side.mark}-[0-9]+"}],
        dropped=[side.mark],
        timeouts={side.mark: 1},
    )
    Reprocessing.objects.create(pk=pk, project=project, from_day=date(2026, 1, 1), state=Reprocessing.State.DONE)
    told = {"subject": side.word("user_id"), "asked_by": side.word("by"), "problem": side.word("problem")}
    found = {"rows_left": 0, "files_left": 0, "ids_searched": 1, "found_in": [side.mark], "is_clean": False}
    told |= {"rows": {side.mark: 1}, "verification": {**found, "not_erased": [side.mark]}, "state": Erasure.State.DONE}
    Erasure.objects.create(pk=pk, project=project, kind="user", digest=secrets.token_hex(32), **told)
    DetectorSetting.objects.create(pk=pk, project=project, kind="slow", threshold=0.9)
    told = {"digest": secrets.token_hex(32), "ask_id": secrets.token_hex(16), "reason": side.word("reason")}
    AskedUser.objects.create(pk=pk, project=project, at=timezone.now(), propensity=0.5, **told)
    AskingSetting.objects.create(pk=pk, project=project, **asdict(Rules(days=3)))
    Expectation.objects.create(pk=pk, project=project, slow_ms=1000, goal=side.word("goal"))
    HoldoutSetting.objects.create(pk=pk, project=project, share=0, secret=side.word("secret"))
    JudgeDay.objects.create(pk=pk, project=project, day=timezone.now().date(), problem=side.word("problem"))
    Listening.objects.create(pk=pk, project=project, basis="none", since=timezone.now())
    told = {"basis": "none", "fitted_at": timezone.now(), "parameters": {}, "rates": {}}
    SatisfactionFit.objects.create(pk=pk, project=project, conversations=2, verdicts=0, **told)
    pins = {side.conversation: [pk, pk, 1, pk]}
    told = {"places": {side.conversation: pk}, "pins": pins, "reviews_mark": side.mark, "described_at": timezone.now()}
    FailureCatalogue.objects.create(pk=pk, project=project, **told)
    told = {"number": pk, "query": f"q={side.mark}", "is_shared": True, "created_at": timezone.now()}
    SavedView.objects.create(pk=pk, project=project, name=side.word("view"), owner=side.word("by"), **told)
    add_failure_mode(side)
    add_ledger(side)
    add_drift(side)
    add_alerts(side)
    add_targets(side)
    actor, details = Actor(ActorKind.USER, f"old-{side.mark}@example.org"), {"model": side.word("model")}
    record(actor, "add_price", project, target=side.word("target"), details=details, address=side.mark)


def add_failure_mode(side: Side) -> None:
    """With its history."""
    texts = ("found_title", "found_line", "namer", "name", "resolved_in", "owner")
    mode = FailureMode.objects.create(
        pk=side.first_id,
        project=side.project,
        number=side.first_id,
        family="answer",
        ticket=f"https://{side.mark}.example/1",
        description={"terms": [{"text": side.word("term"), "within": 0.5, "elsewhere": 0.1}], "count": 2},
        **dict.fromkeys(("found_at", "first_time", "last_time", "state_since"), timezone.now()),
        **{name: side.word(name) for name in texts},
    )
    told = {"at": timezone.now(), "who": side.word("who"), "text": side.word("note")}
    FailureModeChange.objects.create(pk=side.first_id, mode=mode, what=FailureModeChange.What.NOTE, **told)


def add_datasets(store: Store, side: Side) -> None:
    """A dataset and an export, both built; who is forgotten; and an evaluation set."""
    pk, project, who, now = side.first_id, side.project, side.word("who"), timezone.now()
    definition = make_definition(f"-user:{side.mark} machine:yes,no")
    told = {"project": project, "created_at": now, "created_by": who, "definition": definition}
    name, description = side.word("dataset"), side.word("description")
    dataset = Dataset.objects.create(pk=pk, number=pk, name=name, description=description, **told)
    built = {"number": pk, "until": now, "goes_on": True, **told}
    DatasetVersion.objects.create(pk=pk, dataset=dataset, key=f"{pk:032}", **built)
    DatasetVersion.objects.create(pk=pk + 1, key=side.export, **built)
    secret = side.word("secret")
    ForgettingSecret.objects.create(pk=pk, project=project, secret=secret)
    ForgottenSubject.objects.create(pk=pk, project=project, digest=secrets.token_hex(32), at=now, by=who)
    named = {"project": project, "number": pk, "created_at": now, "created_by": who}
    EvaluationSet.objects.create(pk=pk, name=side.word("set"), texts=1, grams=b"", **named)
    build_all(store)
    DatasetVersion.objects.filter(project=project).update(problem=side.word("problem"))


def add_reviews(store: Store, side: Side) -> None:
    """A queue with an item of which somebody said what it is, and what holds of it."""
    pk, conversation_id, now = side.first_id, side.conversation, timezone.now()
    texts = {name: side.word(name) for name in ("name", "guidelines", "problem", "created_by")}
    queue = ReviewQueue.objects.create(
        pk=pk, project=side.project, number=pk, question="outcome", mix={}, created_at=now, filter=side.mark, **texts
    )
    chosen = {"answer_turn": 0, "reason": "random", "propensity": 0.5, "needed": 1, "opinion": {"explicit": side.mark}}
    item = ReviewItem.objects.create(
        pk=pk, queue=queue, place=pk, conversation_id=conversation_id, turn_index=0, drawn_at=now, **chosen
    )
    who = side.people[Role.REVIEWER].email
    ReviewTurn.objects.create(pk=pk, item=item, who=who, state=ReviewTurn.State.DONE, at=now)
    said = {
        "project_id": side.project.pk,
        "queue": pk,
        "question": "outcome",
        "better_answer": side.word("better answer"),
    }
    held_as = {"said_by": [side.word("reviewer")], "reason": side.word("reason"), "propensity": 0.5}
    for each in (conversation_id, SHARED_CONVERSATION):
        held = said | {"conversation_id": each, "choices": ["dissatisfied"], "version": pk}
        insert_row(store, "reviews", held | {"said_by": who, "note": side.word("note")})
        insert_row(store, "settled_reviews", held | held_as)


def verify_mode(store: Store, side: Side) -> None:
    """Reviewers hold that five conversations belong to the failure mode, so that it gives regression cases."""
    pk, now = side.first_id + 1, timezone.now()
    queue = ReviewQueue.objects.create(
        pk=pk,
        project=side.project,
        number=pk,
        question="failure_mode",
        mix={},
        created_at=now,
        filter=side.mark,
        **{name: side.word(f"other {name}") for name in ("name", "guidelines", "problem", "created_by")},
    )
    opinion = {"failure_mode": side.first_id, "explicit": side.mark}
    chosen = {"answer_turn": 0, "reason": "random", "propensity": 0.5, "needed": 1, "opinion": opinion}
    ids = [side.conversation, SHARED_CONVERSATION, *(f"{number}-{side.mark}" for number in range(3))]
    for place, each in enumerate(ids, start=pk):
        ReviewItem.objects.create(
            pk=place, queue=queue, place=place, conversation_id=each, turn_index=0, drawn_at=now, **chosen
        )
        row = {"project_id": side.project.pk, "queue": pk, "question": "failure_mode", "conversation_id": each}
        held = {"choices": [f"mode:{side.first_id}"], "better_answer": side.word("It went quite otherwise, as I see")}
        said = {"said_by": [side.word("reviewer")], "reason": side.word("reason"), "propensity": 0.5, "version": pk}
        insert_row(store, "settled_reviews", row | held | said)


def insert_row(store: Store, table: str, row: dict[str, Any]) -> None:
    store.insert(table, {name: [value] for name, value in row.items()})


def make_definition(given: str) -> dict[str, Any]:
    """Whatever anybody said of anything makes a row."""
    return write_definition(Definition("trl-kto", filter=given, likeness=1))


def add_ledger(side: Side) -> None:
    """A state, and an event of it."""
    place = {"service_name": side.word("service"), "environment": side.word("environment")}
    known = Known(began_ns=1)
    known.read(Call(time.time_ns(), system_instructions=side.word("instructions"), prompt_name=side.word("prompt")))
    LedgerState.objects.create(pk=side.first_id, project=side.project, archive=pack(known), **place)
    LedgerEvent.objects.create(
        pk=side.first_id,
        project=side.project,
        field="system_instructions",
        kind="new",
        time_ns=time.time_ns() - 60 * SECOND_NS,
        trace_id=make_trace_id(side.trace),
        told_at=timezone.now(),
        **place,
        **{name: side.word(name) for name in ("name", "prompt", "old", "new", "old_digest")},
    )


def add_alerts(side: Side) -> None:
    """A rule, what it found, and what became of that."""
    now = timezone.now()
    rule = AlertRule.objects.create(
        pk=side.first_id,
        project=side.project,
        name=side.word("rule"),
        kind=AlertRule.Kind.THRESHOLD,
        metric="call_errors",
        value=0.05,
        filter=f'user:"{side.word("user")}"',
        created_at=now,
        created_by=side.word("by"),
    )
    texts = ("key", "title", "sentence", "resolved_by", "acknowledged_by")
    alert = Alert.objects.create(
        pk=side.first_id,
        project=side.project,
        number=side.first_id,
        rule=rule,
        severity=AlertRule.Severity.WARNING,
        evidence=[side.word("evidence")],
        segment={"service_name": side.word("service")},
        conversation_id=side.conversation,
        **dict.fromkeys(("started_at", "opened_at", "last_at"), now),
        **{name: side.word(name) for name in texts},
    )
    told = {"at": now, "who": side.word("who"), "text": side.word("note")}
    AlertChange.objects.create(pk=side.first_id, alert=alert, what=AlertChange.What.NOTE, **told)


def add_days(store: Store, side: Side) -> None:
    """What was observed of its conversation, the day that it makes, and what users write about."""
    day = timezone.now().date() - timedelta(days=1)
    place = {name: side.word(name) for name in ("service_name", "environment", "prompt_version", "model")}
    measured = {side.mark: Measured(1, 1, 1), "turns": Measured(1, 1, 1)}
    observed = Observation(
        side.conversation,
        day,
        time.time_ns() - DAY_NS,
        **place,
        language=side.mark,
        measured=measured,
        vector=b"x" * 384,
    )
    write_observations(store, side.project.pk, [observed], version=1)
    one = np.ones(2)
    row = DayRow(day, *place.values(), 1.0, (side.mark, "turns"), one, one, one)
    write_days(store, side.project.pk, [row], [], 1)
    centres = np.eye(2, 384, dtype=np.float32)
    save_topics(side.project.pk, Topics(centres, (side.word("topic"), "b"), 1, side.mark, 300))


def add_drift(side: Side) -> None:
    """A segment that drifts, and its alarm with an example."""
    name = SegmentName(side.word("service"), side.word("environment"))
    until = timezone.now().date() - timedelta(days=1)
    line = Line("topic_share", side.word("topic"), (0.5,), (0.4,))
    segment = SegmentOutlook(name, "alarm", 0, 500.0, (40.0,), (900.0,), {"input": (900.0,)}, [line])
    keep_outlook(side.project.pk, Outlook([until], [segment], timezone.now()), 1)
    move = {"name": "topic_share", "part": side.word("topic"), "family": "input", "share": 1.0}
    example = {"conversation_id": side.conversation, "score": 0.9, "because": [side.word("because")]}
    alarm = DriftAlarm.objects.create(
        pk=side.first_id,
        project=side.project,
        segment=name.write(),
        segment_key=name.key,
        also=[side.mark],
        day=until,
        started=until,
        score=900.0,
        bound=500.0,
        cause=side.mark,
        causes=[{"cause": side.mark, "share": 0.9, "sentence": side.word("sentence"), "events": [side.first_id]}],
        families={"input": 0.9, side.mark: 0.1},
        aspects={"input": 900.0, side.mark: 0.0},
        moves=[move | dict.fromkeys(("shift", "before", "after"), 0.1) | {"started": str(until)}],
        examples={"before": [example], "after": [example], "auc": 0.8, "terms": {}, "answer_terms": {}},
        found_at=timezone.now(),
        closed_by=side.word("by"),
    )
    page, moments = gzip.compress(side.word("page").encode()), dict.fromkeys(("asked_at", "made_at"), timezone.now())
    DriftReport.objects.create(
        pk=side.first_id, alarm=alarm, state="ready", html=page, problem=side.word("problem"), **moments
    )


def add_targets(side: Side) -> None:
    """A target, what was sent there, and a conversation that was handed over."""
    now, filled = timezone.now(), {"to": f"{side.mark}@example.org"}
    target = AlertTarget.objects.create(
        pk=side.first_id,
        project=side.project,
        name=side.word("target"),
        channel="email",
        where=filled["to"],
        sealed=seal(filled),
        created_at=now,
        created_by=side.word("by"),
    )
    texts = {"key": side.mark, "title": side.word("title"), "sentence": side.word("sentence")}
    delivery = Delivery.objects.create(
        id=uuid.uuid4(), target=target, kind="alert", message=texts, created_at=now, state=Delivery.State.DELIVERED
    )
    DeliveryAttempt.objects.create(
        pk=side.first_id, delivery=delivery, number=1, at=now, took_ms=1, fate="delivered", detail=side.word("detail")
    )
    rule, _ = AlertRule.objects.get_or_create(
        project=side.project,
        name=side.word("rule of conversations"),
        defaults={"kind": "conversation", "created_at": now},
    )
    HandOver.objects.create(
        pk=side.first_id, rule=rule, conversation_id=side.conversation, reason=side.word("reason"), at=now
    )


def fill_store(store: Store, side: Side) -> None:
    """Spans, logs and all that is derived from them, for an id that both sides have and one of its own."""
    now_ns = time.time_ns() - 60 * SECOND_NS
    for conversation_id, trace in ((SHARED_CONVERSATION, SHARED_TRACE), (side.conversation, side.trace)):
        insert_raw(store, side, trace)
        insert_derived(store, side, conversation_id, trace, now_ns)
    named = {"user.id": side.word("user_id")}
    row = {"project_id": side.project.pk, "SpanName": side.word("name"), "SpanAttributes": named}
    keep_letters(store, "otel_traces", [(row, side.word("reason"))])
    template = MessageTemplate(*(side.word(name) for name in ("opening", "before", "after", "closing")), False)
    write_templates(store, side.project.pk, side.word("service"), [template], 1)
    listed = {"began": [now_ns], "conversation_id": [side.conversation], "trace_id": [make_trace_id(side.trace)]}
    store.insert("reprocessing_traces", {"project_id": [side.project.pk], **listed, "version": [1]})
    while count_changed_hours(store):
        pass


def insert_raw(store: Store, side: Side, trace: int) -> None:
    attributes = {side.word("key"): side.word("value")}
    span = make_span(
        trace, trace, attributes, name=side.word("name"), trace_state=side.word("state"), parent=trace + 500
    )
    span.status.message = side.word("status")
    span.events.add(name=side.word("event"), attributes=to_key_values(attributes))
    span.links.add(trace_state=side.word("linked"), attributes=to_key_values(attributes))
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.extend(to_key_values({"service.name": side.word("service"), **attributes}))
    scope = group.scope_spans.add()
    scope.scope.name, scope.scope.version = side.word("scope"), side.word("version")
    scope.spans.append(span)
    store.insert("otel_traces", decode_spans(request, side.project.pk).columns)
    logs = decode_logs(make_logs(side, trace, attributes), side.project.pk).columns
    of_a_collector = {"ResourceSchemaUrl": [side.word("schema")], "ScopeSchemaUrl": [side.word("schema")]}
    store.insert("otel_logs", {**logs, **of_a_collector, "ScopeAttributes": [attributes]})


def make_logs(side: Side, trace: int, attributes: dict[str, str]) -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    group.resource.attributes.extend(to_key_values({"service.name": side.word("service"), **attributes}))
    scope = group.scope_logs.add()
    scope.scope.name, scope.scope.version = side.word("scope"), side.word("version")
    body = side.word("body")
    scope.log_records.append(
        make_log(side.word("event"), trace, trace, attributes, body=body, severity_text=side.word("severity"))
    )
    return request


def insert_derived(store: Store, side: Side, conversation_id: str, trace: int, now_ns: int) -> None:
    project_id, version = side.project.pk, side.first_id
    conversation = make_conversation(side, conversation_id, trace, now_ns)
    write_generations(store, [make_generation(side, conversation_id, trace, now_ns)], {}, version)
    write_conversations(store, [conversation], previous={}, version=version)
    link = {"key": [SHARED_TRACE], "told": [True], "trace_id": [make_trace_id(trace)], "start_time": [now_ns]}
    store.insert("conversation_links", {"project_id": [project_id], **link, "version": [version]})
    feedback = make_feedback(side, conversation_id, trace, now_ns)
    write_feedback(store, [feedback, compare(side, feedback)], version)
    signal = make_signal(side, trace)
    found = [ConversationSignals(conversation, [signal, replace(signal, kind="regeneration")])]
    write_signals(store, project_id, found, [conversation_id], version)
    write_confirmation(
        store, project_id, identify_signal(conversation_id, signal), signal, "confirmed", side.word("reviewer")
    )
    for reviewer in (REVIEWER, side.word("reviewer")):
        write_label(store, project_id, LabelKey(conversation_id, OUTCOME, reviewer), DISSATISFIED)
    store.insert("asks", make_ask(side, conversation_id, now_ns))
    write_hearings(store, project_id, {conversation_id: Hearing("none", make_verdict(side))}, [], version)
    estimate = Estimate(Interval(0.5, 0.4, 0.6), (("words", 0.0),), False, "none")
    write_estimates(store, project_id, {conversation_id: estimate}, {conversation_id: [version] * 3}, [], version)
    write_failing(store, project_id, [make_failing(side, conversation_id, trace, now_ns)], [], version)
    write_tool_runs(store, project_id, [make_trace_id(trace)], [make_tool_run(side, trace, now_ns)], version)
    task = make_agent_task(side, conversation_id, trace, now_ns)
    write_agent_tasks(store, project_id, [task], [conversation_id], version)


def insert_contradiction(store: Store, side: Side) -> None:
    """Two people who asked the same and were told otherwise."""
    now_ns = time.time_ns() - 60 * SECOND_NS
    for days in (14, 30):
        name = side.word(f"days-{days}")
        conversation = make_conversation(side, name, side.trace + days, now_ns)
        answer = replace(conversation.turns[0].answer, text=f"It is valid for {days} days, {side.mark}.")
        turn = replace(conversation.turns[0], user_text=f"How long is {side.mark} valid?", answer=answer)
        told = replace(conversation, turns=(turn,), user_id=name)
        write_conversations(store, [told], previous={}, version=side.first_id)


def fill_texts(side: Side, of: type, **given: Any) -> dict[str, Any]:
    """A marked text for each text field of a dataclass that is not given."""
    texts = {each.name: side.word(each.name) for each in fields(of) if each.type is str}
    lists = {each.name: (side.word(each.name),) for each in fields(of) if each.type == tuple[str, ...]}
    return texts | lists | given


def make_generation(side: Side, conversation_id: str, trace: int, now_ns: int) -> Generation:
    given = fill_texts(
        side,
        Generation,
        project_id=side.project.pk,
        trace_id=make_trace_id(trace),
        span_id=make_span_id(trace),
        parent_span_id="",
        other_span_ids=(),
        conversation_id=conversation_id,
        start_time_ns=now_ns,
        duration_ns=SECOND_NS,
        input_messages=(Message("user", side.word("asked")),),
        output_messages=(Message("assistant", side.word("answered")),),
        tool_definitions=({"name": side.word("tool")},),
        parameters={side.mark: side.word("parameter")},
        prompt_variables={side.mark: side.word("variable")},
        metadata={side.mark: side.word("metadata")},
        operation="chat",
        outcome="error",
        ended_by="client",
        convention="genai",
        input_tokens=1,
        output_tokens=1,
        cost_usd=0.5,
    )
    return Generation(**given)


def make_conversation(side: Side, conversation_id: str, trace: int, now_ns: int) -> Conversation:
    given = fill_texts(
        side,
        Answer,
        trace_id=make_trace_id(trace),
        span_id=make_span_id(trace),
        outcome="completed",
        ended_by="",
        start_time_ns=now_ns,
        duration_ns=SECOND_NS,
        generation_span_ids=(make_span_id(trace),),
        follows="",
        history_hash="",
    )
    turn = Turn(0, side.word("asked"), Answer(**given), sent_text=side.word("sent"))
    told = fill_texts(side, Conversation, project_id=side.project.pk, conversation_id=conversation_id, turns=(turn,))
    return Conversation(**told)


def make_verdict(side: Side) -> Verdict:
    return Verdict("", 0.5, side.word("reason"))


def make_feedback(side: Side, conversation_id: str, trace: int, now_ns: int) -> Feedback:
    given = fill_texts(
        side,
        Feedback,
        project_id=side.project.pk,
        identifier=f"feedback-{conversation_id}",
        time_ns=now_ns,
        annotator_kind="HUMAN",
        metadata={side.mark: side.word("metadata")},
        conversation_id=conversation_id,
        trace_id=make_trace_id(trace),
        span_id=make_span_id(trace),
    )
    if conversation_id != SHARED_CONVERSATION:
        given |= {"name": "thumbs", "label": "up", "identifier": side.feedback}
    return Feedback(**given)


def compare(side: Side, feedback: Feedback) -> Feedback:
    """The same answer compared with what is only named."""
    metadata = {"a": {"trace_id": feedback.trace_id}, "b": {"model": side.word("model")}}
    identifier = f"comparison-{feedback.identifier}"
    return replace(feedback, name="comparison", identifier=identifier, label="a", metadata=metadata)


def make_signal(side: Side, trace: int) -> Signal:
    evidence = Evidence(side.word("reason"))
    return Signal(
        turn_index=0,
        kind="copy",
        label=side.word("label"),
        score=1.0,
        confidence=1.0,
        fired=True,
        polarity=1,
        target=0,
        trace_id=make_trace_id(trace),
        span_id=make_span_id(trace),
        evidence=evidence,
        detector="copy",
        version="1",
    )


def make_failing(side: Side, conversation_id: str, trace: int, now_ns: int) -> FailingRow:
    turn = FailingTurn(0, "answer", (f"complaint/{side.mark}",))
    ids = side.word("user_id"), make_trace_id(trace), make_span_id(trace)
    vector = np.full(VECTOR_WIDTH, VECTOR_WIDTH**-0.5, np.float32)
    return FailingRow(conversation_id, turn, *ids, now_ns, 0.5, mode=side.first_id, vector=vector)


def make_ask(side: Side, conversation_id: str, now_ns: int) -> dict[str, list[Any]]:
    moment = Moment(**fill_texts(side, Moment, conversation_id=conversation_id))
    decision = Decision(side.word(f"ask of {conversation_id}"), True, 0.5, side.word("reason"))
    return to_columns(side.project.pk, moment, side.word("turn"), decision, Interval(0.3, 0.2, 0.4), now_ns)


def make_tool_run(side: Side, trace: int, now_ns: int) -> ToolRun:
    ids = {"trace_id": make_trace_id(trace), "span_id": make_span_id(trace), "parent_span_id": ""}
    times = {"start_time_ns": now_ns, "duration_ns": SECOND_NS}
    return ToolRun(**fill_texts(side, ToolRun, project_id=side.project.pk, outcome="error", **ids, **times))


def make_agent_task(side: Side, conversation_id: str, trace: int, now_ns: int) -> AgentTask:
    given = fill_texts(
        side,
        AgentTask,
        conversation_id=conversation_id,
        turn_index=0,
        trace_id=make_trace_id(trace),
        span_id=make_span_id(trace),
        steps=2,
        tools=(ToolCount(side.word("tool"), 2, 1),),
        failed=True,
        outcome="error",
        input_tokens=1,
        output_tokens=1,
        cost_usd=0.5,
        start_time_ns=now_ns,
        duration_ns=SECOND_NS,
    )
    return AgentTask(**given)


def list_models() -> Iterator[type[models.Model]]:
    """Those whose rows belong to a project."""
    for model in apps.get_models():
        related = [each for each in model._meta.get_fields() if isinstance(each, models.ForeignKey)]
        if model._meta.app_label in APPS and any(each.related_model is Project for each in related):
            yield model


def find_unmarked_columns(store: Store, side: Side) -> list[str]:
    """Text columns of the store without the side's mark; a table without a row of it."""
    found = []
    for table in PROJECT_TABLES:
        query = "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String}"
        typed = f"{query} AND type LIKE '%String%' AND default_kind != 'MATERIALIZED'"
        columns = [row[0] for row in ask(store, typed, table=table) if row[0] not in NOT_TEXT]
        marked = ", ".join(f"countIf(position(lower(toString(`{name}`)), '{side.mark}') > 0)" for name in columns)
        counted = f"SELECT count(), {marked or 1} FROM {table} WHERE project_id = {side.project.pk}"  # noqa: S608
        [(rows, *counts)] = ask(store, counted)
        found += [] if rows else [table]
        found += [f"{table}.{name}" for name, count in zip(columns, counts, strict=False) if not count]
    return found


def ask(store: Store, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with store._lend() as lent:
        return [tuple(row) for row in lent.client.query(query, parameters=parameters).result_rows]


def find_unmarked_fields(side: Side) -> list[str]:
    """Text fields of Django's tables without the side's mark; a model without a row of it."""
    found = []
    for model in list_models():
        rows = list(model._base_manager.filter(project=side.project).values())
        found += [] if rows else [model.__name__]
        for each in model._meta.get_fields():
            is_text = isinstance(each, models.CharField | models.TextField | models.JSONField)
            if is_text and each.name not in NOT_WORDS and not any(side.mark in str(row[each.name]) for row in rows):
                found.append(f"{model.__name__}.{each.name}")
    return found


def measure(store: Store, side: Side) -> dict[str, Any]:
    """What each table of both databases holds of a project, in a form that changes with it."""
    counted = [
        f"SELECT '{table}', count(), sum(cityHash64(toString(tuple(*)))) FROM {table} "  # noqa: S608 -- our tables
        f"WHERE project_id = {side.project.pk}"
        for table in (*PROJECT_TABLES, "kept_days")
    ]
    told: dict[str, Any] = {table: held for table, *held in ask(store, " UNION ALL ".join(counted))}
    for model in list_models():
        told[model.__name__] = read_rows(model._base_manager.filter(project=side.project))
    told["Project"] = read_rows(Project._base_manager.filter(pk=side.project.pk))
    told["User"] = read_rows(get_user_model()._base_manager.filter(email__contains=side.mark))
    return told


def read_rows(rows: models.QuerySet[Any]) -> list[str]:
    names = [each.name for each in rows.model._meta.concrete_fields if each.name not in VOLATILE]
    return sorted(map(str, rows.values_list(*names)))
