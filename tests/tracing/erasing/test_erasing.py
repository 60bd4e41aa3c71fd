"""Somebody is erased: afterwards no file of the installation holds a byte of theirs, and everybody else's is there."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.utils import timezone

from drift.models import Alert, AlertRule, DriftAlarm, HandOver, LedgerEvent, LedgerState, TopicModel
from drift.observing.topics import pack_centres
from feedback.flywheel.running import build_all
from feedback.models import Dataset, DatasetVersion, FailureMode, ReviewItem, ReviewQueue, SavedView
from tests.conftest import Server
from tests.isolation.world import make_definition
from tests.tracing.otlp import insert_logs, make_log
from tests.tracing.talking import Call, arrive, say, talk
from tracing.access.audit import record
from tracing.access.decisions import Actor, ActorKind
from tracing.dead_letters import keep_letters
from tracing.erasing import running
from tracing.erasing.running import list_erasures, request_erasure, work_off
from tracing.erasing.scope import Scope
from tracing.erasing.searching import search_directory
from tracing.models import AuditEntry, Erasure, Project
from tracing.store import Store

MARK = "zqmarkerword"
USER, CONVERSATION = "marie-zq9999", "conv-zq9999"
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SETTLING", timedelta(0))


def write_everything(server: Server) -> list[Call]:
    """Conversations of one user and of another, with all that is made of them and all that people add."""
    store, project = server.store, server.project
    theirs = [
        Call(
            number,
            say(f"My name is {MARK}, where is order {number}?"),
            f"Dear {MARK}, it is on its way.",
            user=USER,
            conversation=CONVERSATION,
            attributes={"gen_ai.system_instructions": json.dumps([{"type": "text", "content": f"You help {MARK}."}])},
        )
        for number in (1, 2)
    ]
    others = talk(
        50, "How do I reset it?", "That is wrong, I meant the other one.", user="paul-1", conversation="other"
    )
    arrive(store, [*theirs, *others])
    insert_logs(store, make_log("note", trace=1, attributes={"text": MARK}))
    keep_letters(store, "otel_traces", [({"project_id": project.pk, "TraceId": theirs[0].trace_id, "x": MARK}, "bad")])
    store.insert(
        "feedback",
        one(project, identifier="f", name="comment", conversation_id=CONVERSATION, explanation=MARK, metadata="{}"),
    )
    for table in ("reviews", "settled_reviews"):
        store.insert(table, one(project, conversation_id=CONVERSATION, question="outcome", better_answer=MARK))
    store.insert("labels", one(project, conversation_id=CONVERSATION, kind="outcome", said_by=MARK))
    store.insert("asks", one(project, person=f"user:{USER}", user_id=USER, ask_id="1", reason=MARK))
    store.insert("agent_tasks", one(project, conversation_id=CONVERSATION, request=MARK, user_id=USER))
    store.insert("failing_turns", one(project, conversation_id=CONVERSATION, user_id=USER, mode=3))
    store.insert("message_templates", one(project, service_name="shop", opening=f"Question of {MARK}:"))
    server.derive()
    add_rows(project, theirs[0])
    build_dataset(store, project)
    return theirs


def one(project: Project, **row: object) -> dict[str, list[object]]:
    return {"project_id": [project.pk], "version": [10**15], **{name: [value] for name, value in row.items()}}


def add_rows(project: Project, call: Call) -> None:
    """What people and stages write into Django's tables."""
    moment = dict.fromkeys(("started_at", "opened_at", "last_at"), NOW)
    rule = AlertRule.objects.create(
        project=project, name="r", kind="conversation", created_at=NOW, filter=f"user:{USER}"
    )
    Alert.objects.create(
        project=project,
        number=1,
        rule=rule,
        key="k",
        severity="info",
        title=MARK,
        conversation_id=CONVERSATION,
        **moment,
    )
    HandOver.objects.create(rule=rule, conversation_id=CONVERSATION, reason="angry", at=NOW)
    Alert.objects.create(
        project=project, number=2, rule=rule, key="l", severity="info", title=f"As in {CONVERSATION}", **moment
    )
    queue = ReviewQueue.objects.create(
        project=project, number=1, question="outcome", name="q", mix={}, created_at=NOW, filter=f'user:"{USER}"'
    )
    ReviewItem.objects.create(
        queue=queue,
        place=1,
        conversation_id=CONVERSATION,
        turn_index=0,
        drawn_at=NOW,
        answer_turn=0,
        propensity=0.5,
        needed=1,
        opinion={"explicit": MARK},
        reason="random",
    )
    SavedView.objects.create(project=project, number=1, name="v", query=f"user={USER}", created_at=NOW)
    FailureMode.objects.create(
        project=project,
        number=3,
        family="answer",
        found_title=MARK,
        description={"terms": [{"text": MARK}]},
        **dict.fromkeys(("found_at", "first_time", "last_time", "state_since"), NOW),
    )
    DriftAlarm.objects.create(
        project=project,
        segment={},
        segment_key="s",
        day=NOW.date(),
        started=NOW.date(),
        score=1,
        bound=1,
        cause="users",
        found_at=NOW,
        examples={"before": [], "after": [{"conversation_id": CONVERSATION}], "terms": {"after": [MARK]}},
    )
    LedgerEvent.objects.create(
        project=project,
        field="system_instructions",
        kind="new",
        new=MARK,
        time_ns=1,
        told_at=NOW,
        trace_id=call.trace_id,
    )
    TopicModel.objects.create(
        project=project,
        version=1,
        names=[f"order, {MARK}", "reset"],
        learnt_from=300,
        archive=pack_centres(np.eye(2, 384, dtype=np.float32)),
    )
    record(Actor(ActorKind.COMMAND, "test"), "label", project, target=f"{CONVERSATION} outcome", details={"user": USER})


def build_dataset(store: Store, project: Project) -> None:
    made = {"project": project, "created_at": NOW, "definition": make_definition(f"user:{USER}")}
    dataset = Dataset.objects.create(number=1, name="d", **made)
    DatasetVersion.objects.create(dataset=dataset, key="a" * 32, number=1, until=timezone.now(), goes_on=True, **made)
    build_all(store)


def erase(server: Server, scope: Scope) -> Erasure:
    erasure = request_erasure(server.project, scope, "somebody")
    assert work_off(server.store) == 3
    erasure.refresh_from_db()
    return erasure


def search(*texts: str) -> dict[str, list[str]]:
    return search_directory(Path(settings.DATA_DIR), texts)


def test_nothing_of_a_user_is_left_on_the_disk(server: Server) -> None:
    theirs = write_everything(server)
    sought = (MARK, USER, CONVERSATION, theirs[0].trace_id)
    before = search(*sought)
    assert {"clickhouse", "test.sqlite3-wal"} <= {path.partition("/")[0] for path in before[MARK]}
    assert set(before) == set(sought)
    erasure = erase(server, Scope(user_id=USER))
    assert search(*sought) == {}
    assert erasure.state == Erasure.State.DONE
    assert erasure.verification["is_clean"], erasure.verification
    assert {name: erasure.rows[name] for name in ("otel_traces", "generations", "alerts", "review items")} == {
        "otel_traces": 2,
        "generations": erasure.rows["generations"],
        "alerts": 1,
        "review items": 1,
    }
    assert [each["conversation_id"] for each in server.get_json("conversations")["items"]] == ["other"]
    assert server.get_json("conversations/other")["turns"]
    assert DatasetVersion.objects.get().state != DatasetVersion.State.BUILT
    assert SavedView.objects.get().query == "user=erased"
    assert AuditEntry.objects.get(action="label").target == "erased outcome"
    assert Alert.objects.get().title == "As in erased"
    assert TopicModel.objects.get().names == ["topic 1", "reset"]
    assert LedgerState.objects.exists()
    assert DriftAlarm.objects.get().examples is None
    assert list(list_erasures(server.project, Scope(user_id=USER))) == [erasure]
    assert not list_erasures(server.project, Scope(user_id="paul-1"))
