"""Texts that are not kept, through the running platform: what stands on disk, what is still heard, what stays."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from feedback.purging import find_bound, purge_due
from tests.conftest import Server
from tests.tracing.otlp import make_log, make_log_request, make_request
from tests.tracing.sending import send
from tests.tracing.talking import Call, again, say, talk
from tracing.erasing.searching import search_directory
from tracing.models import Project
from tracing.text_choice import change_choice

WORDS = ("zanzibarian", "quokkafied", "marmaladery")
"""In what people and models say, in logs and in feedback, and nowhere else."""
ANGRY = "That is completely wrong, you did not answer my question at all."
QUESTIONS = ("Where is the zanzibarian order?", "No, that is wrong, I meant my quokkafied bill!", "thanks, perfect")


def tell(server: Server, *calls: Call) -> None:
    assert send(server, make_request(*(call.to_span() for call in calls)).SerializeToString()).status == 200


def tell_all(server: Server) -> None:
    calls = talk(1, *QUESTIONS, user="anna")
    tell(server, *calls, again(calls[0], 5))
    log = make_log("app.note", trace=1, body={"note": "the marmaladery is closed"})
    assert send(server, make_log_request(log).SerializeToString(), path="/v1/logs").status == 200
    trace_id = calls[0].trace_id
    post(
        server,
        [
            {"name": "comment", "identifier": "c", "explanation": "marmaladery is awful", "trace_id": trace_id},
            {
                "name": "thumbs",
                "identifier": "t",
                "label": "down",
                "trace_id": trace_id,
                "metadata": {"a": "quokkafied"},
            },
        ],
    )
    server.derive()
    server.derive()


def post(server: Server, told: list[dict[str, Any]]) -> None:
    body = json.dumps(told).encode()
    answer = send(server, body, {"Content-Type": "application/json"}, path="/api/v1/feedback")
    assert answer.status == 200, answer.body


def list_found(server: Server) -> dict[str, list[str]]:
    for table in ("otel_traces", "otel_logs", "turns", "conversations", "feedback"):
        server.store.execute(f"OPTIMIZE TABLE {table}")
    return search_directory(Path(settings.DATA_DIR), WORDS)


def list_signals(server: Server) -> set[tuple[int, str]]:
    items = server.get_json("signals?limit=1000")["items"]
    return {(each["turn_index"], each["kind"]) for each in items if each["fired"]}


def find_conversation(server: Server) -> Any:
    [item] = server.get_json("conversations")["items"]
    return server.get_json(f"conversations/{item['conversation_id']}")


@pytest.fixture
def project(project: Project) -> Project:
    yield project
    change_choice(project, None)


def test_without_texts_no_word_is_on_disk_and_the_same_dialogue_is_found(server: Server) -> None:
    change_choice(server.project, 0)
    tell_all(server)
    told = find_conversation(server)
    assert len(told["turns"]) == 3
    assert len(told["turns"][0]["alternatives"]) == 1
    assert told["turns"][0]["user_message"] == f"[text not kept: {len(QUESTIONS[0])} characters]"
    heard = {kind for _, kind in list_signals(server)}
    assert {"regeneration", "thumbs", "comment"} <= heard
    assert heard.isdisjoint({"correction", "praise", "sentiment", "rephrase"})
    assert server.get_json("conversations?q=zanzibarian")["items"] == []
    assert list_found(server) == {}


def test_after_their_hours_texts_go_from_the_disk_and_everything_heard_in_them_stays(server: Server) -> None:
    change_choice(server.project, 2)
    tell_all(server)
    before, heard = find_conversation(server), list_signals(server)
    assert {"praise", "regeneration", "thumbs", "comment"} <= {kind for _, kind in heard}
    assert set(list_found(server)) == set(WORDS)
    assert purge_due(server.store, datetime.now(UTC)) == 0
    assert purge_due(server.store, datetime.now(UTC) + timedelta(hours=2)) == 1
    assert list_found(server) == {}
    assert list_signals(server) == heard
    after = find_conversation(server)
    assert after["turns"][0]["user_message"] == f"[text not kept: {len(QUESTIONS[0])} characters]"
    assert [len(turn["signals"]) for turn in after["turns"]] == [len(turn["signals"]) for turn in before["turns"]]
    assert [call["input_tokens"] for call in server.get_json("generations")["items"]]


def test_a_conversation_that_goes_on_keeps_what_was_heard_before(server: Server) -> None:
    change_choice(server.project, 2)
    tell_all(server)
    heard, now = list_signals(server), datetime.now(UTC)
    change_choice(server.project, 2, purge_before=now)
    assert purge_due(server.store, now) == 1
    calls = talk(1, *QUESTIONS, ANGRY, user="anna")
    tell(server, calls[-1])
    server.forget_watermarks()
    server.derive()
    server.derive()
    told = find_conversation(server)
    assert [turn["user_message"] for turn in told["turns"]][3:] == [ANGRY]
    assert heard - {(2, "abandonment")} <= list_signals(server)
    assert any(turn == 3 for turn, _ in list_signals(server))


def test_a_span_that_comes_for_a_trace_without_texts_loses_its_own_when_its_time_is_over(server: Server) -> None:
    change_choice(server.project, 2)
    now = datetime.now(UTC)
    first, _, second = talk(1, *QUESTIONS, user="anna")
    tell(server, replace(first, messages=say("hello"), answer="good day"))
    server.derive()
    change_choice(server.project, 2, purge_before=now + timedelta(seconds=1))
    assert purge_due(server.store, now + timedelta(seconds=1)) == 1
    time.sleep(1)
    late = second.to_span()
    late.trace_id = first.to_span().trace_id
    assert send(server, make_request(late).SerializeToString()).status == 200
    server.forget_watermarks()
    server.derive()
    assert WORDS[1] in list_found(server)
    assert [turn["user_message"] for turn in find_conversation(server)["turns"]] == ["[text not kept: 5 characters]"]
    assert purge_due(server.store, now + timedelta(hours=2)) == 1
    assert list_found(server) == {}


def test_texts_that_are_there_go_at_once_where_that_is_asked(server: Server) -> None:
    tell_all(server)
    now = datetime.now(UTC)
    change_choice(server.project, 0, purge_before=now)
    assert purge_due(server.store, now) == 1
    assert list_found(server) == {}
    assert purge_due(server.store, now + timedelta(days=1)) == 0


def test_passes_are_few_and_never_late() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    project = Project(text_hours=24)
    bound = find_bound(project, now)
    assert bound == now - timedelta(hours=22)
    project.texts_purged_until = bound
    assert find_bound(project, now + timedelta(minutes=30)) == bound
    late = find_bound(project, now + timedelta(hours=1, minutes=1))
    assert late is not None
    assert late > now - timedelta(hours=23)
