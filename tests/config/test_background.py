import logging
import threading

import pytest
from celery.beat import Scheduler
from celery.worker import state

from config.background import Background
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
    background = Background()
    background.start()
    assert ticked.wait(20)
    with caplog.at_level(logging.WARNING, "config.background"):
        background.stop()
    assert not caplog.messages
