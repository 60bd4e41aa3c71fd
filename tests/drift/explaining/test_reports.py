"""A report is made with no network, says the same as the alarm, and is tried again after a crash."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from drift.explaining import reports
from drift.explaining.columns import build_columns
from drift.explaining.reports import ask_process, ask_report, find_report, list_columns, make_reports, read_page
from drift.explaining.windows import Window
from drift.models import DriftAlarm, DriftReport
from drift.observing.topics import Topics
from tests.drift.explaining.conftest import Changing, write_move

NOW = datetime(2026, 11, 14, tzinfo=UTC)
HOSTILE = "refunds </script><script>alert(1)</script> {{7*7}}"
TEXTS = ["How do I reset it?", "Where is my parcel?", "Cancel my contract, please."] * 10


def tell(changing: Changing, *moves: tuple[str, float]) -> DriftAlarm:
    """An alarm over conversations that hardly changed in anything."""
    draw = np.random.default_rng(5)
    for days in (-3, 1):
        lengths = draw.normal(5, 1, len(TEXTS)).tolist()
        values = {
            "output_length": lengths,
            "refusals": [0.0, 0.0, 1.0] * 10,
            "errors": [0.0] * 30,
            "chunks": [5, None] * 15,
        }
        changing.observe(days, TEXTS, values)
    return changing.alarm(*moves)


def test_a_report_is_asked_for_made_and_kept_and_marks_exactly_what_the_alarm_says_moved(
    changing: Changing, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = tell(changing, ("refusals", 0.7), ("errors", 0.01), ("question_distance", 0.29))
    made: list[dict[str, Any]] = []
    monkeypatch.setattr(reports, "ask_process", lambda columns: made.append(ask_process(columns)) or made[-1])
    assert ask_report(alarm, NOW).state == "waiting"
    assert read_page(alarm) is None
    assert make_reports(changing.store, NOW) == 1

    report, page = find_report(alarm), read_page(alarm)
    assert report is not None
    assert page is not None
    assert (report.state, report.problem, report.attempts) == ("ready", "", 1)
    assert len(page) == report.size > 1_000_000
    columns = list_columns(changing.store, alarm)
    assert all(column.name.encode() in page for column in columns)

    drifted = {column.metric for column in columns if column.name in made[0]["drifted"]}
    assert drifted == {"refusals", "errors", "question_distance"}
    assert {column.metric for column in columns} - drifted == {"output_length", "chunks"}
    assert [column.metric for column in columns][:3] == ["refusals", "question_distance", "errors"]

    assert make_reports(changing.store, NOW) == 0
    assert ask_report(alarm, NOW).state == "waiting"
    assert read_page(alarm) == page


def test_names_of_topics_cannot_write_into_the_page() -> None:
    vectors = np.eye(384, dtype=np.float32)[:4]
    topics = Topics(np.eye(384, dtype=np.float32)[:2], (HOSTILE, HOSTILE), 1)
    window = Window(["a", "b", "c", "d"], {}, vectors)
    [column, _] = build_columns(window, window, [write_move("topic_share", 1.0)], topics)
    assert set(column.before) == {
        "1 refunds script script alert 1 script 7 7",
        "2 refunds script script alert 1 script 7 7",
    }


def test_what_was_measured_on_one_side_only_is_left_out() -> None:
    before = Window(["a", "b"], {"refusals": np.array([0, 1], np.float32)}, np.zeros((2, 384), np.float32))
    since = Window(["c"], {"errors": np.array([0], np.float32)}, np.zeros((1, 384), np.float32))
    assert build_columns(before, since, []) == []
    [column] = build_columns(before, before, [])
    assert (column.metric, list(column.before), column.share) == ("refusals", ["no", "yes"], 0.0)


def test_nothing_to_compare_is_said_in_words(changing: Changing) -> None:
    changing.observe(-3, TEXTS, {"refusals": [0.0] * 30})
    alarm = changing.alarm(("refusals", 1.0))
    ask_report(alarm, NOW)
    make_reports(changing.store, NOW)
    report = find_report(alarm)
    assert report is not None
    assert report.state == "failed"
    assert report.problem.startswith("Nothing was measured both before and since")


def test_a_report_whose_maker_keeps_dying_is_given_up(changing: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    alarm = tell(changing, ("refusals", 1.0))
    ask_report(alarm, NOW)

    def die(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(reports, "make_report", die)
    for number in range(3):
        with pytest.raises(KeyboardInterrupt):
            make_reports(changing.store, NOW + number * timedelta(minutes=11))
        assert make_reports(changing.store, NOW + number * timedelta(minutes=11, seconds=30)) == 0
    assert make_reports(changing.store, NOW + timedelta(hours=1)) == 0
    report = DriftReport.objects.get(alarm=alarm)
    assert (report.state, report.attempts) == ("failed", 3)
    assert ask_report(alarm, NOW).attempts == 0


def test_the_process_reaches_nothing_and_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = (
        "from drift.explaining.report_process import forbid_network\n"
        "import os, socket\n"
        "forbid_network()\n"
        "for reach in (lambda: socket.create_connection(('127.0.0.1', 9)), lambda: socket.getaddrinfo('x.test', 80)):\n"
        "    try:\n"
        "        reach()\n"
        "    except PermissionError as error:\n"
        "        print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", attempt], cwd=reports.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.count("a report is made without a network") == 2
    monkeypatch.setenv("TACIT_SECRET_KEY", "hush")
    monkeypatch.setattr(reports, "MODULE", "tests.drift.explaining.telling_process")
    told = ask_process([])
    assert "PATH" in told["environment"]
    assert "TACIT_SECRET_KEY" not in told["environment"]


def test_a_process_that_fails_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MODULE", "drift.explaining.no_process")
    with pytest.raises(RuntimeError, match="No module named"):
        ask_process([])
