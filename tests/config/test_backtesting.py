"""`tacit backtest` as people run it: in the server or without it, over days that there are, and with what cannot be."""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from config import backtesting
from config.backtesting import CannotBacktestError, ask_server, tell_line, wait_until_complete, walk, write_line
from config.data_directory import RunningServer
from tests.config.platform_process import run_platform, run_tacit
from tests.conftest import Server
from tests.drift.watching.worlds import BAD, START, World, fill
from tracing.access.decisions import RunToken
from tracing.models import Project
from tracing.store import Store

CHANGED = World(4, BAD)
FIRST, LAST = CHANGED.find_day(START - 10), CHANGED.find_day(START + 9)
TOKEN = "the token of this run"
QUESTIONS = (
    "Where is my parcel?", "Can I still change the address?", "The app crashes when I pay", "How do I cancel my plan?",
    "My discount is gone", "Which sizes does the blue jacket come in?", "I was charged twice", "Do you ship to Norway?",
)  # fmt: skip
"""Not the same each day: who asks the same each day is a machine."""


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtesting, "POLL_SECONDS", 0.0)


@pytest.fixture
def running(server: Server, monkeypatch: pytest.MonkeyPatch) -> RunningServer:
    monkeypatch.setattr(RunToken, "value", TOKEN)
    return RunningServer(server.url, os.getpid(), TOKEN)


def test_the_server_and_this_process_tell_the_same(server: Server, running: RunningServer) -> None:
    fill(server.store, server.project.pk, [CHANGED], START + 10)
    said: list[str] = []
    found = ask_server(running, "default", FIRST, LAST, said.append)
    assert found == walk("default", FIRST, LAST, said.append, works=False)
    assert said.count(f"Walking over {FIRST} to {LAST} …") == 2
    [alarm] = found
    told = json.loads(write_line(alarm))
    assert list(told) == ["date", "segment", "families", "cause", "score", "started"]
    assert (told["cause"], told["families"][0], told["started"]) == (
        "model",
        "output",
        CHANGED.find_day(START).isoformat(),
    )
    assert told["segment"]["service_name"] == "chat"
    line = tell_line(alarm)
    assert line.startswith(f"{told['date']}  model  ")
    assert "(chat gpt-5)" in line


def test_what_cannot_be_walked_over_is_told(store: Store, project: Project, running: RunningServer) -> None:
    with pytest.raises(CannotBacktestError, match="is after"):
        backtesting.backtest("default", LAST, FIRST, print)
    for ask in (
        lambda name: walk(name, FIRST, LAST, print, works=False),
        lambda name: ask_server(running, name, FIRST, LAST, print),
    ):
        with pytest.raises(CannotBacktestError, match="There is no project 'nowhere'"):
            ask("nowhere")
        with pytest.raises(CannotBacktestError, match=f"No conversations are stored up to {LAST} in project default"):
            ask("default")


def test_what_was_stored_last_is_waited_for() -> None:
    states: Iterator[Mapping[str, Any]] = iter(
        [
            {"lag_seconds": 9.0, "is_recounting": False},
            {"lag_seconds": 0.0, "is_recounting": True},
            {"lag_seconds": 0.0, "is_recounting": False},
            {"lag_seconds": 2.0, "is_recounting": False},
            *[{"lag_seconds": 0.0, "is_recounting": False}] * backtesting.QUIET_LOOKS,
        ]
    )
    wait_until_complete(lambda: next(states), print)
    assert next(states, None) is None


def test_an_app_that_goes_on_sending_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtesting, "SETTLED_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(backtesting, "TELL_SECONDS", 0.0)
    said: list[str] = []
    states = iter([{"lag_seconds": 90.0, "is_recounting": False}, {"lag_seconds": 1.0, "is_recounting": False}])
    wait_until_complete(lambda: next(states), said.append)
    assert said == ["What was stored last is still being counted (90 s behind) …"]


def write_conversation(number: int, day: date) -> dict[str, Any]:
    question = {"role": "user", "content": QUESTIONS[number * 5 % len(QUESTIONS)]}
    told = {
        "conversation_id": f"c{number}",
        "user_id": f"u{number}",
        "time": f"{day}T{number * 7 % 24:02}:{number:02}:00Z",
    }
    return told | {"turns": [question, {"role": "assistant", "content": "Let me look that up for you."}]}


@pytest.mark.slow
def test_an_import_is_counted_and_walked_over_without_the_server_and_with_it(tmp_path: Path) -> None:
    directory, log = tmp_path / "data", tmp_path / "log.jsonl"
    days = [date(2026, 8, 3) + timedelta(days=number) for number in range(30)]
    lines = [write_conversation(number, day) for number, day in enumerate(days)]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run_tacit(directory, "import", "jsonl", str(log)).returncode == 0
    asked = ("backtest", "--from", "2026-08-25", "--to", "2026-09-01", "--json")
    alone = run_tacit(directory, *asked)
    assert (alone.returncode, alone.stdout) == (0, ""), alone.stderr
    assert alone.stderr.endswith("0 alarms.\n")
    with run_platform(directory):
        beside = run_tacit(directory, *asked)
        assert (beside.returncode, beside.stdout) == (0, ""), beside.stderr
        early = run_tacit(directory, "backtest", "--from", "2026-01-01", "--to", "2026-01-02")
        assert early.returncode == 2
        assert early.stderr.endswith("tacit: No conversations are stored up to 2026-01-02 in project default.\n")
