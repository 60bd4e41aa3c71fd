"""Calls that came in by OTLP make events of what changed, each once, whatever happens to the process."""

import time

import pytest

from drift.ledger.diffs import compare_texts
from drift.models import LedgerState
from drift.recording import stage, states
from drift.recording.events import tell_event
from drift.recording.stage import LEDGER, STATES, record_calls, record_changed_calls
from drift.recording.states import LATE_NS, unpack
from tests.drift.recording.conftest import INSTRUCTIONS, SECOND_NS, App
from tests.tracing.otlp import make_trace_id
from tracing.derivation import derive_traces, read_changed_traces
from tracing.models import Project

EDITED = INSTRUCTIONS.replace("two sentences", "three sentences")


def count_calls(app: App) -> int:
    """Calls that the ledgers of a project have read."""
    ledgers = [unpack(state.archive).ledger for state in LedgerState.objects.filter(project=app.project)]
    return sum(each.calls for ledger in ledgers for each in ledger.list_counts("provider"))


def test_one_changed_word_is_told_at_the_first_request_with_the_diff(app: App) -> None:
    app.send([app.make_call() for _ in range(40)], ago_s=60)
    assert app.record() == []
    [number] = app.send([app.make_call(gen_ai__system_instructions=EDITED)])
    began = time.monotonic()
    [event] = app.record()
    assert time.monotonic() - began < 5
    assert (event.field, event.kind, event.prompt) == ("system_instructions", "new", "support")
    assert (event.service_name, event.environment, event.trace_id) == ("shop", "", make_trace_id(number))
    parts = [part for hunk in compare_texts(event.old, event.new).hunks for line in hunk for part in line.parts]
    assert [part.text for part in parts if part.kind != "equal"] == ["two", "three"]
    assert tell_event(event) == "System instructions of `support` changed in one place"


def test_what_the_call_was_made_with_is_told(app: App) -> None:
    app.service |= {"service.version": "1.4", "telemetry.sdk.name": "opentelemetry", "telemetry.sdk.version": "1.30"}
    old = app.make_call(gen_ai__request__temperature=0.7, gen_ai__openai__response__system_fingerprint="fp_one")
    app.send([old for _ in range(30)], ago_s=60)
    app.record()
    app.service |= {"service.version": "1.5"}
    app.send(
        [
            old
            | {
                "gen_ai.request.temperature": 0.2,
                "gen_ai.openai.response.system_fingerprint": "fp_two",
                "gen_ai.response.model": "gpt-4o-2024-11-20",
            }
        ]
    )
    told = {event.field: (event.name, event.old, event.new) for event in app.record()}
    assert told == {
        "parameters": ("temperature", "0.7", "0.2"),
        "fingerprint": ("", "fp_one", "fp_two"),
        "response_model": ("", "gpt-4o-2024-08-06", "gpt-4o-2024-11-20"),
        "release": ("", "1.4", "1.5"),
    }


def test_a_batch_that_is_done_twice_changes_nothing(app: App) -> None:
    app.send([app.make_call() for _ in range(30)], ago_s=60)
    app.send([app.make_call(gen_ai__system_instructions=EDITED) for _ in range(5)])
    before = [event.pk for event in app.record()]
    assert len(before) == 1
    assert count_calls(app) == 35
    for forget in (LEDGER.forget, STATES.forget):
        forget()
        app.store.execute("TRUNCATE TABLE watermarks")
        assert [event.pk for event in app.record()] == before
        assert count_calls(app) == 35


def test_a_trace_that_is_read_again_is_not_counted_again(app: App) -> None:
    numbers = app.send([app.make_call() for _ in range(10)])
    app.record()
    derive_traces(app.store, [(app.project.pk, make_trace_id(number)) for number in numbers])
    app.record()
    assert count_calls(app) == 10


def test_a_crash_before_the_watermark_moves_loses_and_doubles_nothing(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.send([app.make_call() for _ in range(30)], ago_s=60)
    app.send([app.make_call(gen_ai__system_instructions=EDITED)])
    while read_changed_traces(app.store):
        pass

    def die(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(LEDGER, "_move_watermark", die)
    with pytest.raises(SystemExit):
        record_changed_calls(app.store)
    monkeypatch.undo()
    LEDGER.forget()
    STATES.forget()
    assert [event.kind for event in app.record()] == ["new"]
    assert count_calls(app) == 31


def test_a_crash_while_events_are_written_leaves_neither_them_nor_the_state(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.send([app.make_call() for _ in range(30)], ago_s=60)
    app.record()
    app.send([app.make_call(gen_ai__system_instructions=EDITED)])

    def die(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(stage, "to_row", die)
    with pytest.raises(SystemExit):
        app.record()
    assert (app.list_events(), count_calls(app)) == ([], 30)
    monkeypatch.undo()
    LEDGER.forget()
    assert [event.field for event in app.record()] == ["system_instructions"]
    assert count_calls(app) == 31


def test_a_state_that_another_process_wrote_is_read_again(app: App) -> None:
    app.send([app.make_call() for _ in range(5)], ago_s=60)
    app.record()
    mine = STATES.take(app.project.pk, ("shop", ""))
    assert mine is not None
    theirs = states.load(LedgerState.objects.get())
    states.save(app.project.pk, ("shop", ""), theirs)
    with pytest.raises(states.StateMovedError):
        states.save(app.project.pk, ("shop", ""), mine)
    STATES.give(app.project.pk, ("shop", ""), mine)
    assert STATES.take(app.project.pk, ("shop", "")) is not mine


def test_old_calls_that_are_imported_late_are_no_change_of_today(app: App) -> None:
    app.send([app.make_call() for _ in range(30)], ago_s=60)
    app.record()
    app.send([app.make_call(gen_ai__system_instructions=EDITED) for _ in range(30)], ago_s=2 * LATE_NS / SECOND_NS)
    assert app.record() == []
    assert count_calls(app) == 30


def test_calls_of_before_the_change_that_come_after_it_are_no_way_back(app: App) -> None:
    app.send([app.make_call() for _ in range(30)], ago_s=60)
    app.record()
    app.send([app.make_call(gen_ai__system_instructions=EDITED)])
    assert len(app.record()) == 1
    app.send([app.make_call() for _ in range(20)], ago_s=5)
    app.send([app.make_call(gen_ai__system_instructions=EDITED) for _ in range(1)])
    assert len(app.record()) == 1


def test_a_call_from_the_future_does_not_stop_the_ledger(app: App) -> None:
    app.send([app.make_call() for _ in range(30)], ago_s=60)
    app.send([app.make_call(gen_ai__response__model="from-tomorrow")], ago_s=-86_400)
    assert app.record() == []
    app.send([app.make_call(gen_ai__system_instructions=EDITED)])
    assert [event.field for event in app.record()] == ["system_instructions"]


def test_services_and_environments_have_ledgers_of_their_own(app: App) -> None:
    app.send([app.make_call() for _ in range(30)], ago_s=60)
    app.service |= {"deployment.environment.name": "test"}
    app.send([app.make_call(gen_ai__system_instructions=EDITED) for _ in range(5)])
    app.service = {"service.name": "library"}
    app.send([app.make_call(gen_ai__request__model="claude") for _ in range(5)])
    assert app.record() == []
    segments = LedgerState.objects.values_list("service_name", "environment")
    assert set(segments) == {("shop", ""), ("shop", "test"), ("library", "")}


def test_prompts_that_come_with_a_service_are_not_news_but_later_ones_are(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.send([app.make_call() for _ in range(30)], ago_s=120)
    app.record()
    other = {"gen_ai__prompt__name": "greeting", "gen_ai__system_instructions": "Greet whoever comes, in a word."}
    app.send([app.make_call(**other) for _ in range(3)], ago_s=60)
    assert app.record() == []
    monkeypatch.setattr(stage, "YOUNG_NS", 30 * SECOND_NS)
    third = {"gen_ai__prompt__name": "farewell", "gen_ai__system_instructions": "Say goodbye, and nothing else at all."}
    app.send([app.make_call(**third)])
    assert [tell_event(event) for event in app.record()] == [
        "System instructions of `farewell` are new",
        "Prompt `farewell` is new in `shop`",
    ]


def test_a_prompt_that_is_written_wholly_anew_stands_beside_the_one_before(app: App) -> None:
    app.send([app.make_call() for _ in range(30)], ago_s=60)
    app.send([app.make_call(gen_ai__system_instructions="Reply briefly, as a pirate would, to whatever is asked.")])
    [event] = app.record()
    assert event.old == INSTRUCTIONS
    assert event.new.startswith("Reply briefly, as a pirate")


def test_a_project_that_is_gone_makes_no_events(app: App) -> None:
    app.send([app.make_call() for _ in range(3)])
    while read_changed_traces(app.store):
        pass
    Project.objects.all().delete()
    assert record_changed_calls(app.store) > 0
    assert not LedgerState.objects.exists()


def test_hostile_names_and_texts_are_kept_within_bounds(app: App) -> None:
    app.service = {"service.name": "s\x00" * 500}
    long = {"gen_ai__prompt__name": "p\x00<script>" * 400, "gen_ai__request__model": "m" * 5_000}
    app.send([app.make_call(**long) for _ in range(3)], ago_s=60)
    app.record()
    app.send([app.make_call(**(long | {"gen_ai__request__model": "\x00n" * 5_000}))])
    [event] = app.record()
    assert (len(event.service_name), len(event.prompt), "\x00" in event.new) == (300, 300, False)
    assert LedgerState.objects.get().service_name == event.service_name


def test_no_more_segments_are_watched_than_a_project_may_have(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "MOST_SEGMENTS", 2)
    for name in ("one", "two", "three"):
        app.service = {"service.name": name}
        app.send([app.make_call()])
        app.record()
    assert LedgerState.objects.count() == 2


def test_events_are_of_the_project_whose_calls_they_were(app: App) -> None:
    other = Project.objects.create(slug="other", name="Other")
    app.send([app.make_call() for _ in range(30)], ago_s=60)
    app.record()
    elsewhere = App(other, app.store, numbers=app.numbers)
    elsewhere.send([elsewhere.make_call(gen_ai__system_instructions=EDITED)])
    assert elsewhere.record() == []
    record_calls(app.store, [(other.pk, make_trace_id(1))])
    assert count_calls(elsewhere) == 1
