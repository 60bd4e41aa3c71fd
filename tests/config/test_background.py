import logging
import threading

import pytest
from celery.beat import Scheduler
from celery.worker import state

from config import background
from config.background import Background, Beat, join_messages, run_in_turn
from config.celery import app
from tracing import stages


def test_a_stop_does_not_wait_for_the_next_tick(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ticked = threading.Event()

    def tick(_: Scheduler) -> float:
        ticked.set()
        return 60.0

    monkeypatch.setattr(Scheduler, "tick", tick)
    monkeypatch.setattr(stages.STOPPING, "set", lambda: None)  # the tests after this one have stages, too
    monkeypatch.setattr(state, "should_stop", None)
    both = Background()
    both.start()
    assert ticked.wait(20)
    with caplog.at_level(logging.WARNING, "config.background"):
        both.stop()
    assert not caplog.messages


def test_beat_outlives_a_broker_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    ticked = threading.Event()
    answers = iter([ConnectionError("away"), OSError("away")])

    def tick(_: Scheduler) -> float:
        for error in answers:
            raise error
        ticked.set()
        return 60.0

    monkeypatch.setattr(Scheduler, "tick", tick)
    monkeypatch.setattr(background, "AGAIN_SECONDS", 0.01)
    beat = Beat()
    beat.start()
    assert ticked.wait(20)
    beat.stop()
    beat.join(20)
    assert not beat.is_alive()


def test_one_message_tells_of_all_that_is_due_as_often() -> None:
    joined = join_messages().schedule.values()
    timed = app.conf.beat_schedule
    assert sorted(name for entry in joined for name in entry.args[0]) == sorted(timed)
    for entry in joined:
        assert {timed[name]["schedule"] for name in entry.args[0]} == {entry.schedule.seconds}
    assert len(joined) < len(timed) / 4


def test_a_task_that_fails_ends_none_behind_it() -> None:
    done = []

    @app.task(name="test.first")
    def fail() -> None:
        done.append("first")
        raise ValueError("broken")

    @app.task(name="test.second")
    def note() -> None:
        done.append("second")

    try:
        run_in_turn([fail.name, note.name])
    finally:
        for each in (fail, note):
            del app.tasks[each.name]
    assert done == ["first", "second"]
