from collections.abc import Iterator

import pytest
from kombu.exceptions import OperationalError
from kombu.simple import SimpleQueue

from config.celery import TICK_SECONDS, WAKES, app
from feedback.tasks import derive_signals
from tests.tracing.otlp import insert_spans, make_span
from tracing.models import Project
from tracing.store import Store
from tracing.tasks import read_changed_traces

CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.conversation.id": "c-1",
    "gen_ai.input.messages": '[{"role": "user", "content": "Where is my order?"}]',
    "gen_ai.output.messages": '[{"role": "assistant", "content": "It was sent on Monday."}]',
}


@pytest.fixture
def queue() -> Iterator[SimpleQueue]:
    """Of the broker in this process, empty."""
    with app.connection_for_write() as connection, connection.SimpleQueue("celery") as queue:
        queue.clear()
        yield queue
        queue.clear()


def list_sent(queue: SimpleQueue) -> list[str]:
    sent = []
    try:
        while True:
            sent.append(queue.get_nowait().headers["task"])
    except (queue.Empty, OperationalError):
        return sent


def test_a_stage_that_did_something_wakes_the_next_and_one_that_did_nothing_does_not(
    project: Project, store: Store, queue: SimpleQueue
) -> None:
    insert_spans(store, make_span(attributes=CALL))
    for stage in (read_changed_traces, derive_signals):
        stage.apply(throw=True)
        assert list_sent(queue) == [WAKES[stage.name]]
        stage.apply(throw=True)
        assert list_sent(queue) == []


def test_every_task_that_is_timed_or_woken_is_there() -> None:
    app.loader.import_default_modules()
    timed = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {*timed, *WAKES, *WAKES.values()} <= set(app.tasks)
    assert all(entry["schedule"] >= TICK_SECONDS for entry in app.conf.beat_schedule.values())
