"""`/metrics`: what an operator watches, over real HTTP."""

import urllib.error
import urllib.request

import pytest
from django.contrib.auth import get_user_model
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import Server
from tests.tracing.otlp import make_request, make_span
from tracing import figures
from tracing.access.decisions import RunToken
from tracing.access.keys import create_key
from tracing.access.openness import forget_users
from tracing.dead_letters import insert_rows
from tracing.ingest import get_ingest
from tracing.receive.decoding import decode_spans


def read_figures(server: Server, key: str = "") -> dict[str, float]:
    request = urllib.request.Request(f"{server.url}/metrics", headers={"x-api-key": key} if key else {})
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read().decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {f"{each.name}{sorted(each.labels.values())}": each.value for each in samples}


def send(server: Server, *numbers: int) -> None:
    body = make_request(*(make_span(number) for number in numbers)).SerializeToString()
    headers = {"Content-Type": "application/x-protobuf"}
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/v1/traces", body, headers), timeout=20) as answer:
        assert answer.status == 200


def test_what_was_accepted_is_counted_and_nothing_is_dropped(server: Server) -> None:
    before = read_figures(server)
    send(server, 1, 2, 3)
    after = read_figures(server)
    accepted, inserts = "tacit_accepted_total['otel_traces']", "tacit_insert_seconds_count['otel_traces']"
    assert after[accepted] - before[accepted] == 3
    assert after[inserts] - before[inserts] == 1
    assert after["tacit_dropped_total['otel_traces']"] == 0
    assert after["tacit_backlog_bytes[]"] == 0


def test_bytes_that_wait_are_the_backlog(server: Server) -> None:
    with get_ingest().admit(123):
        assert read_figures(server)["tacit_backlog_bytes[]"] == 123


def test_dead_letters_are_counted_and_shown_while_they_are_there(server: Server) -> None:
    before = read_figures(server)
    batch = decode_spans(make_request(make_span(1)), 1)
    batch.columns["Timestamp"] = [2**70]
    insert_rows(server.store, "otel_traces", batch.columns)
    after = read_figures(server)
    assert after["tacit_dead_letters['otel_traces']"] == 1
    counter = "tacit_dead_lettered_total['otel_traces']"
    assert after[counter] - before[counter] == 1


def test_every_stage_tells_its_lag(server: Server) -> None:
    send(server, 1)
    lags = {name: value for name, value in read_figures(server).items() if name.startswith("tacit_stage_lag_seconds")}
    assert {"tacit_stage_lag_seconds['reading']", "tacit_stage_lag_seconds['signals']"} <= set(lags)
    assert lags["tacit_stage_lag_seconds['reading']"] > 0
    server.derive()
    assert read_figures(server)["tacit_stage_lag_seconds['reading']"] == 0


def test_a_reason_that_somebody_sent_becomes_no_label(server: Server) -> None:
    figures.count_rejected("traces", "trace_id must be 16 bytes", 2)
    figures.count_rejected("traces", "x" * 1_000, 1)
    assert {"tacit_rejected_total['trace_id', 'traces']", "tacit_rejected_total['other', 'traces']"} <= set(
        read_figures(server)
    )


@pytest.fixture
def _no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError("away")

    monkeypatch.setattr("tracing.health.get_store", fail)


@pytest.mark.usefixtures("_no_store")
def test_the_figures_that_need_no_store_are_there_while_it_is_away(server: Server) -> None:
    assert "tacit_accepted_total['otel_traces']" in read_figures(server)


def test_a_closed_server_gives_them_for_a_key_or_the_runs_token_only(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    get_user_model().objects.create_user(username="anna", password="a long and good phrase")
    forget_users()
    monkeypatch.setattr(RunToken, "value", "token of this run")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        read_figures(server)
    for key in (create_key(server.project, "prometheus"), "token of this run"):
        assert read_figures(server, key)
