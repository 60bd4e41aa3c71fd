"""The page of stages: how far each is behind, what it did, and that nobody works, which every page tells."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from feedback.pages.stages import draw_line
from tests.tracing.otlp import make_request, make_span
from tracing.models import Project, StageMinute, WorkerPulse
from tracing.pulses import Measured, Work
from tracing.receive.decoding import decode_spans
from tracing.silence import SILENCE
from tracing.store import Store

PAGE = "/p/default/settings/stages"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def client(project: Project) -> Client:
    return Client(headers={"host": "localhost"})


def read(client: Client, address: str = PAGE) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_an_installation_where_nothing_was_done_says_so(client: Client, store: Store) -> None:
    page = read(client)
    assert "No worker was heard yet." in page
    assert page.count("nothing waits") == 11
    assert read(client, "/p/default/settings").count("nobody has worked yet") == 1


def test_what_waits_and_what_was_done_is_told(client: Client, store: Store) -> None:
    now = datetime.now(UTC)
    store.insert("otel_traces", decode_spans(make_request(*(make_span(number) for number in range(1, 4))), 1).columns)
    WorkerPulse.objects.create(holder="here:1", at=now, task="feedback.<b>", task_since=now - 5 * MINUTE)
    for ago, lag in ((2, 0.0), (1, 400.0)):
        StageMinute.objects.create(stage="signals", minute=now - ago * MINUTE, lag_seconds=lag, done=1_234, seconds=60)
    page = read(client)
    assert "At <code>feedback.&lt;b&gt;</code> since" in page
    assert 'data-title="rows that wait">3<' in page
    assert ("2,468" in page, "3 %" in page, "At most 7 min behind in the last hour" in page) == (True, True, True)
    assert "7 min behind" in read(client, "/p/default/settings")
    answer = client.get("/api/v1/stages").json()
    stages = {each["name"]: each for each in answer["items"]}
    assert (stages["reading"]["waiting"], stages["reading"]["lag_seconds"] > 0) == (3, True)
    assert (stages["signals"]["done"], stages["signals"]["busy_seconds"]) == (2_468, 120.0)
    assert (answer["task"], next(iter(stages))) == ("feedback.<b>", "reading")


def test_every_page_tells_that_nobody_works(client: Client, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SILENCE, "work", Work(datetime.now(UTC) - 5 * MINUTE))
    WorkerPulse.objects.create(holder="dead:1", at=datetime.now(UTC) - 5 * MINUTE)
    assert "No worker was heard since" in read(client, "/p/default/")
    assert "nothing is worked on" in read(client)
    assert "no worker was heard since" in read(client, "/p/default/settings")
    monkeypatch.setattr(SILENCE, "work", None)
    assert "No worker was heard" not in read(client, "/p/default/")


def test_a_line_of_lags_stays_in_its_box() -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    path, words = draw_line([Measured(now - 70 * MINUTE, 5.0), Measured(now, 10.0)], now)
    assert (path, words) == ("M0.0 12.6L100.0 1.2", "At most 10 s behind in the last hour")
    assert draw_line([Measured(now, 0.0)], now) == ("", "")
