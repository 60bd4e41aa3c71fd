"""Somebody is erased: afterwards no file of the installation holds a byte of theirs, and everybody else's is there."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from drift.models import Alert, AlertRule, DriftAlarm, HandOver, LedgerEvent, LedgerState, TopicModel
from drift.observing.topics import pack_centres
from feedback.flywheel.places import find_directory
from feedback.flywheel.running import build_all
from feedback.models import Dataset, DatasetVersion, FailureMode, ReviewItem, ReviewQueue, SavedView
from tests.conftest import Server
from tests.isolation.world import make_definition
from tests.tracing.otlp import insert_logs, insert_spans, make_log
from tests.tracing.talking import START_NS, Call, arrive, say, talk
from tracing.access.audit import record
from tracing.access.decisions import Actor, ActorKind
from tracing.dead_letters import keep_letters
from tracing.erasing import running
from tracing.erasing.running import list_erasures, preview, request_erasure, sweep, work_off
from tracing.erasing.scope import Scope
from tracing.erasing.searching import search_directory
from tracing.erasing.texts import make_finder, strip
from tracing.erasing.verifying import BACKUPS, LOGS
from tracing.masking import Masking
from tracing.masking_rules import mask_id, save_masking
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
    told = {"title": f"As in {CONVERSATION}", "sentence": f"More of Late {MARK}"}
    Alert.objects.create(project=project, number=2, rule=rule, key="l", severity="info", **told, **moment)
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
        found_title=f"Late {MARK}",
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
        examples={"before": [], "after": [{"conversation_id": CONVERSATION}], "terms": {"after": [{"text": MARK}]}},
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
    assert {"clickhouse", Path(f"{connection.settings_dict['NAME']}-wal").name} <= {
        path.partition("/")[0] for path in before[MARK]
    }
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
    version = DatasetVersion.objects.get()
    assert version.state == DatasetVersion.State.WITHDRAWN
    assert not find_directory(version).exists()
    assert {BACKUPS, LOGS} <= set(erasure.verification["not_erased"])
    assert Alert.objects.get().sentence == "More of erased"
    assert SavedView.objects.get().query == "user=erased"
    assert AuditEntry.objects.get(action="label").target == "erased outcome"
    assert Alert.objects.get().title == "As in erased"
    assert TopicModel.objects.get().names == ["topic 1", "reset"]
    assert LedgerState.objects.exists()
    assert DriftAlarm.objects.get().examples is None
    assert list(list_erasures(server.project, Scope(user_id=USER))) == [erasure]
    assert not list_erasures(server.project, Scope(user_id="paul-1"))


def test_of_a_trace_that_others_have_a_part_in_their_calls_stay(server: Server) -> None:
    """As where an app answers a batch of conversations in one trace."""
    ours, theirs = Call(1, say("One?"), "1", conversation="ours"), Call(2, say("Two?"), "2", conversation="theirs")
    spans = [each.to_span() for each in (ours, theirs)]
    spans[1].trace_id, spans[1].span_id = spans[0].trace_id, b"theirs--"
    insert_spans(server.store, *spans)
    server.derive()
    erase(server, Scope(conversation_id="theirs"))
    assert [each["conversation_id"] for each in server.get_json("conversations")["items"]] == ["ours"]
    [trace] = {each["trace_id"] for each in server.get_json("generations")["items"]}
    assert len(server.get_json(f"traces/{trace}")["spans"]) == 1
    assert sweep(server.store) == 0


def test_what_an_app_sends_again_goes_again_and_a_user_may_come_back(server: Server) -> None:
    first = Call(1, say("My secret?"), "So.", user="marie-zq9999", conversation="conv-zq9999")
    arrive(server.store, [first])
    server.derive()
    erasure = erase(server, Scope(user_id="marie-zq9999"))
    arrive(server.store, [first, Call(2, say("Hello again"), "Hello.", user="marie-zq9999", conversation="new-zq")])
    server.derive()
    assert sweep(server.store) > 0
    assert [each["conversation_id"] for each in server.get_json("conversations")["items"]] == ["new-zq"]
    assert search("conv-zq9999") == {}
    erasure.refresh_from_db()
    assert erasure.returned > 0


def test_an_id_that_is_part_of_another_is_not_taken_for_it_on_the_disk(server: Server) -> None:
    others = talk(50, "How do I reset it?", user=f"{USER}1", conversation="other")
    arrive(server.store, [*talk(10, "And I?", user=USER, conversation=CONVERSATION), *others])
    server.derive()
    erasure = erase(server, Scope(user_id=USER))
    assert erasure.verification["is_clean"]
    assert erasure.verification["ids_searched"] == 2, "its conversation and its trace"
    assert search(CONVERSATION) == {}


def test_a_time_takes_whatever_was_said_then_and_nothing_else(server: Server) -> None:
    arrive(server.store, [*talk(10, "Before?", conversation="before"), *talk(1000, "Then?", conversation="then")])
    server.derive()
    start = datetime.fromtimestamp(START_NS / 1e9 + 900, UTC)
    erasure = erase(server, Scope(start=start, end=start + timedelta(minutes=5)))
    assert erasure.verification["is_clean"]
    assert [each["conversation_id"] for each in server.get_json("conversations")["items"]] == ["before"]


@pytest.mark.parametrize("died_in", ["erase_places", "let_go", "verify"])
def test_what_died_on_the_way_goes_on_to_the_end(server: Server, monkeypatch: pytest.MonkeyPatch, died_in: str) -> None:
    arrive(server.store, talk(1, "My secret?", user="marie-zq9999", conversation="conv-zq9999"))
    server.derive()
    request_erasure(server.project, Scope(user_id="marie-zq9999"), "")
    with monkeypatch.context() as patched:
        patched.setattr(running, died_in, die)
        with pytest.raises(KeyboardInterrupt):
            work_off(server.store)
    work_off(server.store)
    erasure = Erasure.objects.get()
    assert erasure.state == Erasure.State.DONE
    assert erasure.verification["is_clean"]
    assert search("marie-zq9999", "conv-zq9999") == {}


def die(*_given: object, **_named: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("user:marie-9 -user:marie-91", "user:erased -user:marie-91"),
        ('user:"marie-9"', 'user:"erased"'),
        ("anna-marie-9", "anna-marie-9"),
        ({"marie-9": ["of marie-9", 9]}, {"erased": ["of erased", 9]}),
    ],
)
def test_ids_go_where_they_are_whole(text: object, left: object) -> None:
    many = [f"other-{number}" for number in range(1_000)]
    for ids in (["marie-9"], ["marie-9", *many]):
        assert strip(text, make_finder(ids)) == left


def test_an_id_that_is_a_number_goes_only_as_a_value() -> None:
    assert strip('7 of user:7 and "7", 17', make_finder(["7"])) == '7 of user:erased and "erased", 17'


def test_a_user_under_a_pseudonym_is_erased_by_the_id_that_the_app_knows(server: Server) -> None:
    """With what was stored before ids were hidden."""
    arrive(server.store, [Call(1, say("Before?"), "So.", user=USER, conversation="before-zq")])
    save_masking(server.project.pk, Masking(hides_users=True))
    pseudonym = mask_id(server.project.pk, USER, "user.id")
    assert pseudonym != USER
    arrive(server.store, [Call(2, say("After?"), "So.", user=pseudonym, conversation="after-zq")])
    server.derive()
    assert preview(server.store, server.project.pk, Scope(user_id=USER))["conversations"] == 2
    erase(server, Scope(user_id=USER))
    assert server.get_json("conversations")["items"] == []
    assert search(USER, pseudonym) == {}
