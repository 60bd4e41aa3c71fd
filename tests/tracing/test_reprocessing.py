"""Stored spans are read again with today's readers and prices: all counts once, behind what comes in, after a kill."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import Server
from tests.tracing.otlp import insert_spans, make_span, make_trace_id
from tests.tracing.reading import SECOND, call_model
from tracing import derivation, reprocessing
from tracing.conventions import ReadTrace, read_trace
from tracing.models import Project, Reprocessing, StageLease
from tracing.project_prices import put_project_prices
from tracing.records import generations as generation_rows
from tracing.reprocessing import Scope, reprocess_next, request_reprocessing, stop_reprocessing
from tracing.rollups import count_changed_hours
from tracing.spans import Trace
from tracing.stages import Key
from tracing.store import Store

NOW = time.time_ns() // SECOND * SECOND
DAY = 86_400 * SECOND
ALL = Scope()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No stage but those that a test runs is behind: lag is a matter of its own test."""
    monkeypatch.setattr(reprocessing, "is_behind", lambda _store: False)


def say(server: Server, *traces: int, conversation: str = "c", at: int = NOW, **attributes: Any) -> None:
    """Calls of 1,000 tokens in and 100 out, one a trace, stored and not read yet."""
    tokens = {"gen_ai__usage__input_tokens": 1000, "gen_ai__usage__output_tokens": 100}
    for trace in traces:
        told = call_model(f"Why {trace}?", gen_ai__conversation__id=conversation, **(tokens | attributes))
        start = at + trace * SECOND
        times = {"start_time_unix_nano": start, "end_time_unix_nano": start + SECOND // 10}
        insert_spans(server.store, make_span(1, trace, told, **times))


def derive(server: Server) -> None:
    server.derive()
    while count_changed_hours(server.store):
        pass


def reprocess(server: Server, scope: Scope = ALL) -> Reprocessing:
    """Ask and work until it is done."""
    request = request_reprocessing(server.project, scope)
    while reprocess_next(server.store):
        pass
    request.refresh_from_db()
    return request


def look(server: Server) -> dict[str, Any]:
    stats = server.get_json("stats")
    del stats["lag"]
    lists = {name: server.get_json(name)["items"] for name in ("conversations", "generations", "signals", "hours")}
    return {"stats": stats, **{name: sorted(items, key=str) for name, items in lists.items()}}


def list_read(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The numbers of the traces of each batch that is read from now on."""
    batches: list[list[int]] = []
    derive_traces = derivation.derive_traces

    def note(store: Store, keys: Sequence[Key]) -> None:
        batches.append([int(trace_id, 16) for _, trace_id in keys])
        derive_traces(store, keys)

    monkeypatch.setattr(reprocessing, "derive_traces", note)
    return batches


def move_calls_to(conversation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mend the readers: all calls belong to this conversation now."""

    def read_mended(trace: Trace) -> ReadTrace:
        read = read_trace(trace)
        calls = tuple(replace(each, conversation_id=conversation) for each in read.generations)
        return replace(read, generations=calls)

    monkeypatch.setattr(derivation, "read_trace", read_mended)


def test_reading_again_with_the_same_code_changes_nothing(server: Server) -> None:
    say(server, 1, 2)
    say(server, 3, 4, conversation="d", user__id="u")
    derive(server)
    before = look(server)
    request = reprocess(server)
    derive(server)
    assert look(server) == before
    assert (request.state, request.done, request.total) == ("done", 4, 4)


def test_a_mended_reader_reaches_what_is_stored(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    say(server, 1, 2, 3)
    derive(server)
    move_calls_to("mended", monkeypatch)
    reprocess(server)
    derive(server)
    after = look(server)
    assert [(each["conversation_id"], each["turn_count"]) for each in after["conversations"]] == [("mended", 3)]
    assert {each["conversation_id"] for each in after["generations"]} == {"mended"}
    assert sum(hour["generations"] for hour in after["hours"]) == after["stats"]["generations"] == 3


def test_calls_that_a_mended_reader_no_longer_finds_are_gone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    say(server, 1, 2)
    derive(server)
    monkeypatch.setattr(derivation, "read_trace", lambda trace: ReadTrace(trace, ()))
    reprocess(server)
    derive(server)
    assert look(server)["stats"] == {"spans": 2, "generations": 0, "conversations": 0, "signals": 0}


def test_signals_follow_what_was_read_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    say(server, 1, gen_ai__output__messages=json.dumps([{"role": "assistant", "content": "I'm sorry, I can't help."}]))
    derive(server)
    assert [each["conversation_id"] for each in look(server)["signals"]] == ["c"]
    move_calls_to("mended", monkeypatch)
    reprocess(server)
    derive(server)
    assert [each["conversation_id"] for each in look(server)["signals"]] == ["mended"]


def test_new_prices_reach_old_calls_everywhere(server: Server) -> None:
    say(server, 1, 2)
    derive(server)
    put_project_prices(server.project, [{"model": "gpt-5", "input": 1, "output": 2}])
    derive(server)
    assert {each["cost_usd"] for each in look(server)["generations"]} == {0.00225}
    reprocess(server)
    derive(server)
    after = look(server)
    assert {each["cost_usd"] for each in after["generations"]} == {0.0012}
    assert sum(each["cost_usd"] for each in after["hours"]) == pytest.approx(0.0024)


def test_prices_that_change_meanwhile_begin_it_anew(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reprocessing, "BATCH_TRACES", 2)
    say(server, *range(1, 7))
    derive(server)
    request = request_reprocessing(server.project, ALL)
    assert reprocess_next(server.store) == 2
    put_project_prices(server.project, [{"model": "gpt-5", "input": 1, "output": 2}])
    while reprocess_next(server.store):
        pass
    request.refresh_from_db()
    assert (request.done, request.total) == (6, 6)
    assert {each["cost_usd"] for each in look(server)["generations"]} == {0.0012}


def test_spans_that_come_in_meanwhile_count_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reprocessing, "BATCH_TRACES", 3)
    say(server, *range(1, 10))
    derive(server)
    request_reprocessing(server.project, ALL)
    for trace in range(5, 20):  # the first five of them again
        reprocess_next(server.store)
        say(server, trace)
        server.derive()
    derive(server)
    after = look(server)
    assert after["stats"] == {"spans": 19, "generations": 19, "conversations": 1, "signals": after["stats"]["signals"]}
    [conversation] = after["conversations"]
    assert (conversation["turn_count"], conversation["input_tokens"]) == (19, 19_000)
    assert sum(hour["cost_usd"] for hour in after["hours"]) == pytest.approx(19 * 0.00225)


@pytest.mark.parametrize("moment", ["before the rows", "after the rows"])
def test_after_a_kill_between_batches_it_goes_on_and_nothing_counts_twice(
    server: Server, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    class KilledError(BaseException):
        """As sudden as a signal: nobody catches it."""

    monkeypatch.setattr(reprocessing, "BATCH_TRACES", 2)
    say(server, *range(1, 6))
    derive(server)
    before = look(server)
    batches = list_read(monkeypatch)
    request = request_reprocessing(server.project, ALL)
    assert reprocess_next(server.store) == 2

    def kill(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(reprocessing, "derive_traces" if moment == "before the rows" else "save", kill)
        with pytest.raises(KilledError):
            reprocess_next(server.store)
    StageLease.objects.all().delete()  # as `end_leases` does where nobody else can be at work
    while reprocess_next(server.store):
        pass
    derive(server)
    request.refresh_from_db()
    assert (request.state, request.done) == ("done", 5)
    assert batches == [[1, 2], [3, 4], *([[3, 4]] if moment == "after the rows" else []), [5]]
    assert look(server) == before


def test_conversations_are_read_one_after_the_other_in_the_order_of_time(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reprocessing, "BATCH_TRACES", 2)
    say(server, 1, 4, conversation="later", at=NOW + 100 * SECOND)
    say(server, 2, 3, conversation="earlier")
    derive(server)
    batches = list_read(monkeypatch)
    reprocess(server)
    assert [sorted(batch) for batch in batches] == [[2, 3], [1, 4]]


def test_traces_with_many_spans_come_in_smaller_batches(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reprocessing, "BATCH_SPANS", 3)
    for trace, spans in ((1, 2), (2, 4), (3, 1), (4, 1)):
        times = {"start_time_unix_nano": NOW + trace * SECOND, "end_time_unix_nano": NOW + trace * SECOND}
        insert_spans(server.store, *(make_span(number + 1, trace, **times) for number in range(spans)))
    batches = list_read(monkeypatch)
    assert reprocess(server).total == 4
    assert batches == [[1], [2], [3, 4]]


def test_days_bound_it_both_included(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    first = datetime(2026, 3, 1, tzinfo=UTC)
    for trace, hours in ((1, -1), (2, 0), (3, 47), (4, 48)):
        at = round((first + timedelta(hours=hours)).timestamp()) * SECOND - trace * SECOND + (SECOND * 10)
        say(server, trace, at=at)
    batches = list_read(monkeypatch)
    reprocess(server, Scope(from_day=date(2026, 3, 1), to_day=date(2026, 3, 2)))
    assert batches == [[2, 3]]
    assert reprocess(server, Scope(from_day=date(2026, 3, 3))).total == 1
    assert reprocess(server, Scope(to_day=date(2026, 2, 28))).total == 1


def test_only_what_another_version_has_read_where_that_is_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(generation_rows, "CODE_VERSION", "0")
        say(server, 1, 2)
        derive(server)
    say(server, 3)
    derive(server)
    assert reprocessing.count_outdated(server.store) == 2
    batches = list_read(monkeypatch)
    reprocess(server, Scope(outdated=True))
    assert batches == [[1, 2]]
    assert reprocessing.count_outdated(server.store) == 0
    assert reprocess(server, Scope(outdated=True)).total == 0


def test_other_projects_are_left_alone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    say(server, 1)
    Project.objects.create(pk=7, slug="other", name="Other")
    insert_spans(server.store, make_span(1, 9, call_model()), project_id=7)
    batches = list_read(monkeypatch)
    reprocess(server)
    assert batches == [[1]]


def test_a_trace_that_cannot_be_read_does_not_keep_back_the_others(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    say(server, 1, 2, 3)
    derive(server)

    def read_all_but_one(trace: Trace) -> ReadTrace:
        if trace.trace_id == make_trace_id(2):
            raise ValueError("no such thing")
        return read_trace(trace)

    monkeypatch.setattr(derivation, "read_trace", read_all_but_one)
    assert reprocess(server).state == "done"
    assert make_trace_id(2) in caplog.text
    assert server.get_json("stats")["generations"] == 3


def test_the_same_request_goes_on_and_another_waits_for_it(server: Server) -> None:
    request = request_reprocessing(server.project, ALL)
    assert request_reprocessing(server.project, ALL) == request
    other = request_reprocessing(server.project, Scope(outdated=True))
    assert other != request
    say(server, 1)
    reprocess_next(server.store)
    other.refresh_from_db()
    assert other.state == "waiting"


def test_what_was_stopped_is_not_gone_on_with(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reprocessing, "BATCH_TRACES", 1)
    say(server, 1, 2)
    request = request_reprocessing(server.project, ALL)
    assert reprocess_next(server.store) == 1
    assert stop_reprocessing(server.project) == 1
    assert reprocess_next(server.store) == 0
    request.refresh_from_db()
    assert (request.state, request.done) == ("stopped", 1)
    assert request_reprocessing(server.project, ALL) != request


def test_it_waits_while_stages_are_behind_and_never_for_ever(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reprocessing, "is_behind", lambda _store: True)
    monkeypatch.setattr(reprocessing, "COURTESY", reprocessing.Courtesy(patience_seconds=0.2))
    say(server, 1)
    request_reprocessing(server.project, ALL)
    assert reprocess_next(server.store) == 0
    time.sleep(0.25)
    assert reprocess_next(server.store) == 1


def test_a_stage_that_waits_for_long_is_behind(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert not reprocessing.is_behind(server.store)
    say(server, 1)
    monkeypatch.setattr(reprocessing, "LARGE_LAG_SECONDS", 0.01)
    time.sleep(0.05)
    assert reprocessing.is_behind(server.store)


def test_it_waits_while_another_process_reads(server: Server) -> None:
    say(server, 1)
    request_reprocessing(server.project, ALL)
    StageLease.objects.create(stage="reading", holder="elsewhere:1", until=datetime.now(UTC) + timedelta(minutes=1))
    assert reprocess_next(server.store) == 0
    StageLease.objects.filter(stage="reading").update(until=datetime.now(UTC))
    assert reprocess_next(server.store) == 1


def test_a_list_that_is_lost_is_made_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reprocessing, "BATCH_TRACES", 1)
    say(server, 1, 2)
    request = request_reprocessing(server.project, ALL)
    reprocess_next(server.store)
    server.store.execute("TRUNCATE TABLE reprocessing_traces")
    assert reprocess_next(server.store) == 0
    while reprocess_next(server.store):
        pass
    request.refresh_from_db()
    assert (request.state, request.done, request.total) == ("done", 2, 2)


def read_expiries(server: Server, table: str) -> set[str]:
    rows = server.store._connect().query(f"SELECT DISTINCT toString(expires_at) FROM {table} FINAL").result_rows  # noqa: S608
    return {each for (each,) in rows}


def test_what_is_read_again_goes_when_its_spans_do(server: Server) -> None:
    say(server, 1, 2)
    say(server, 3, conversation="d")
    derive(server)
    for trace, day in ((1, 10), (2, 20), (3, 30)):
        server.store.execute(
            f"ALTER TABLE otel_traces UPDATE expires_at = '2030-01-{day} 00:00:00' "
            f"WHERE TraceId = '{make_trace_id(trace)}' SETTINGS mutations_sync = 2"
        )
    put_project_prices(server.project, [{"model": "gpt-5", "input": 1, "output": 2}])  # else turns stay as they are
    reprocess(server)
    of_conversations = {"2030-01-20 00:00:00", "2030-01-30 00:00:00"}
    for table in ("generations", "generations_by_time", "conversations", "turns"):
        assert read_expiries(server, table) == of_conversations, table
    say(server, 4)
    derive(server)
    assert "2106-01-01 00:00:00" in read_expiries(server, "conversations")


def test_nothing_of_its_list_stays(server: Server) -> None:
    say(server, 1, 2)
    reprocess(server)
    [left] = server.store._connect().query("SELECT count() FROM reprocessing_traces").result_rows
    assert left == (0,)


def ask(server: Server, method: str, path: str = "", body: dict[str, Any] | None = None) -> Any:
    request = urllib.request.Request(
        f"{server.url}/api/v1/reprocessings{path}",
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_rest_takes_requests_and_tells_how_far_they_are(server: Server) -> None:
    say(server, 1, 2, 3)
    derive(server)
    asked = ask(server, "POST", body={"from_day": "2026-01-01"})
    assert (asked["state"], asked["done"], asked["total"], asked["from_day"]) == ("waiting", 0, None, "2026-01-01")
    assert server.get_json("stats")["lag"]["reprocessing"] > 0
    assert reprocess_next(server.store) == 3
    told = ask(server, "GET", f"/{asked['id']}")
    assert (told["state"], told["done"], told["total"]) == ("done", 3, 3)
    assert told["created_at"] <= told["began_at"] <= told["ended_at"]
    assert ask(server, "GET")["items"] == [told]
    assert server.get_json("stats")["lag"]["reprocessing"] == 0


def test_rest_stops_what_is_not_done(server: Server) -> None:
    ask(server, "POST", body={})
    [stopped] = ask(server, "DELETE")["items"]
    assert stopped["state"] == "stopped"


@pytest.mark.parametrize(
    "body", [{"from_day": "yesterday"}, {"from_day": "2026-02-02", "to_day": "2026-02-01"}, {"outdated": "perhaps"}]
)
def test_rest_refuses_what_it_does_not_understand(server: Server, body: dict[str, Any]) -> None:
    assert ask(server, "POST", body=body) == 422
    assert not Reprocessing.objects.exists()


def test_a_reprocessing_of_another_project_is_not_told(server: Server) -> None:
    other = Project.objects.create(slug="other", name="Other")
    request = request_reprocessing(other, ALL)
    assert ask(server, "GET", f"/{request.pk}") == 404
    assert ask(server, "GET")["items"] == []


def test_metrics_say_how_many_traces_are_left(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reprocessing, "BATCH_TRACES", 1)
    say(server, 1, 2, 3)
    request_reprocessing(server.project, ALL)
    reprocess_next(server.store)
    metrics = server.get("/metrics").decode()
    assert 'tacit_reprocessing_traces{state="running"} 2.0' in metrics
    assert 'tacit_stage_lag_seconds{stage="reprocessing"}' in metrics
