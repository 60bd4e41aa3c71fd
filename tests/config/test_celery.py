import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Task
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_prerun
from django.db import connection

from config.celery import TICK_SECONDS, WAKES, app
from drift.tasks import hand_over
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
def done() -> Iterator[list[str]]:
    """Tasks that began, in order."""
    began: list[str] = []

    def note(task: Task, **_named: Any) -> None:
        began.append(task.name)

    task_prerun.connect(note)
    yield began
    task_prerun.disconnect(note)


def test_a_stage_that_did_something_wakes_the_next_and_one_that_did_nothing_does_not(
    project: Project, store: Store, done: list[str]
) -> None:
    insert_spans(store, make_span(attributes=CALL))
    for _ in range(2):
        read_changed_traces.apply(throw=True)
    read, heard, handed_over = read_changed_traces.name, derive_signals.name, hand_over.name
    assert done == [read, heard, handed_over, read]


def test_every_task_that_is_timed_or_woken_is_there() -> None:
    app.loader.import_default_modules()
    timed = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {*timed, *WAKES, *WAKES.values()} <= set(app.tasks)
    assert all(entry["schedule"] >= TICK_SECONDS for entry in app.conf.beat_schedule.values())


def test_a_message_that_nobody_took_goes_before_many_have_gathered() -> None:
    for entry in app.conf.beat_schedule.values():
        assert entry["options"]["expires"] <= 5 * entry["schedule"]


def test_redis_over_tls_is_believed_by_its_certificate_alone() -> None:
    program = "import django; django.setup(); from config.celery import BROKER; print(BROKER.ssl)"
    environment = {"TACIT_BROKER_URL": "rediss://127.0.0.1:1/0", "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", program]
    told = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True)
    assert "CERT_REQUIRED" in told.stdout


@pytest.mark.django_db
def test_tasks_keep_their_connection_to_djangos_database() -> None:
    connection.ensure_connection()
    kept = connection.connection
    fixup = DjangoWorkerFixup(app)
    fixup.on_task_prerun(read_changed_traces)
    fixup.on_task_postrun(read_changed_traces)
    assert connection.connection is kept
