"""Who works and how far stages are behind is written down by one process and read by all."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.tracing.otlp import make_request, make_span
from tracing import pulses
from tracing.activity import Activity, Done
from tracing.derivation import READING, read_changed_traces
from tracing.models import StageMinute, WorkerPulse
from tracing.pulses import Measured, Work, find_behind
from tracing.receive.decoding import decode_spans
from tracing.silence import Silence
from tracing.stages import STAGES
from tracing.store import Store

NOW = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_pulse_tells_what_a_process_is_at_and_what_it_did(project: object) -> None:
    activity = Activity()
    activity.begin("1", "config.run_in_turn")
    activity.begin("2", "feedback.judge")
    for _ in range(2):
        activity.add("reading", 5, 0.25)
    now = datetime.now(UTC)
    pulses.write_pulse(activity, now)
    work = pulses.read_work()
    assert work is not None
    assert (work.task, work.find_silence(work.at + MINUTE / 2)) == ("feedback.judge", None)
    assert pulses.sum_done(now - MINUTE) == {"reading": Done(10, 0.5)}
    activity.end("2")
    activity.add("reading", 1, 0.5)
    pulses.write_pulse(activity, now)
    assert sum(each.count for each in pulses.sum_done(now - MINUTE).values()) == 11
    assert (WorkerPulse.objects.get().task, pulses.find_last_done().keys()) == ("", {"reading"})
    pulses.end_pulse()
    assert pulses.read_work() is None


def test_what_cannot_be_written_is_written_later(project: object, monkeypatch: pytest.MonkeyPatch) -> None:
    activity = Activity()
    activity.add("reading", 5, 0.25)
    with monkeypatch.context() as broken:
        broken.setattr(pulses, "add_done", lambda *_given: (_ for _ in ()).throw(OSError("away")))
        with pytest.raises(OSError, match="away"):
            pulses.write_pulse(activity, NOW)
    pulses.write_pulse(activity, NOW)
    assert pulses.sum_done(datetime.now(UTC) - 2 * MINUTE) == {"reading": Done(5, 0.25)}


def test_spans_that_wait_are_measured_once_a_minute(store: Store, project: object) -> None:
    store.insert("otel_traces", decode_spans(make_request(*(make_span(number) for number in range(1, 4))), 1).columns)
    assert (READING.measure_wait(store).rows, READING.measure_wait(store).seconds > 0) == (3, True)
    assert [pulses.measure_stages(store, NOW) for _ in range(2)] == [True, False]
    row = StageMinute.objects.get(stage="reading")
    assert (row.waiting, row.lag_seconds is not None and row.lag_seconds > 0) == (3, True)
    assert StageMinute.objects.filter(minute=NOW.replace(second=0)).count() == len(STAGES)
    read_changed_traces(store)
    assert pulses.measure_stages(store, NOW + MINUTE)
    assert [each.lag_seconds for each in pulses.list_measured(NOW)["reading"]] == [0.0]


def test_old_minutes_and_dead_processes_go(store: Store, project: object) -> None:
    StageMinute.objects.create(stage="reading", minute=NOW - 2 * pulses.KEPT)
    WorkerPulse.objects.create(holder="dead:1", at=NOW - 2 * pulses.KEPT)
    pulses.measure_stages(store, NOW)
    pulses.write_pulse(Activity(), NOW)
    assert not StageMinute.objects.filter(minute__lt=NOW - pulses.KEPT).exists()
    assert not WorkerPulse.objects.exists()


def test_behind_is_since_the_first_look_of_those_without_a_break() -> None:
    looks = [Measured(NOW + number * MINUTE, lag) for number, lag in enumerate((400.0, 10.0, 301.0, 400.0))]
    assert find_behind(looks, 300.0) == NOW + 2 * MINUTE
    assert find_behind(looks[:2], 300.0) is None
    assert find_behind([], 300.0) is None


def test_silence_is_told_a_minute_after_the_last_pulse_or_after_the_start() -> None:
    silence = Silence()
    heard = Work(NOW)
    silence.note(heard, NOW - MINUTE, NOW + MINUTE)
    assert silence.work is None
    silence.note(heard, NOW - MINUTE, NOW + 1.1 * MINUTE)
    assert silence.work == heard
    silence.note(heard, NOW + 60 * MINUTE, NOW + 60.5 * MINUTE)  # the worker may start after who looks
    assert silence.work is None
    silence.note(None, NOW, NOW + 2 * MINUTE)
    assert silence.work == Work(NOW)
