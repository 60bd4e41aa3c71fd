"""Several workers do one stage at once: each thing once, in its lane, whatever the number of lanes was before."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from tracing import stages
from tracing.lanes import SharedStage, find_watermark
from tracing.stages import Key
from tracing.store import Store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("project")]
NOW_US = round(datetime.now(UTC).timestamp() * 1e6)
IDS = [f"conversation-{number}" for number in range(40)]


@pytest.fixture(autouse=True)
def known_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is no stage of the platform that other tests see."""
    monkeypatch.setattr(stages, "STAGES", {})


def make_stage(lanes: int) -> SharedStage:
    """As a worker knows it that has just started."""
    queries = "feedback/sql/changed_conversations.sql", "feedback/sql/lag_of_signals.sql"
    return SharedStage("shared", *queries, batch_size=100, count_lanes=lambda: lanes)


def build(store: Store, ids: Sequence[str] = IDS, version: int = NOW_US - 10**9) -> None:
    times = [datetime.now(UTC)] * len(ids)
    row = {"project_id": [1] * len(ids), "conversation_id": list(ids), "last_time": times}
    store.insert("conversations", {**row, "version": [version] * len(ids)})


def run_until_done(stage: SharedStage, store: Store) -> list[str]:
    """Ids in the order in which they were done."""
    done: list[str] = []
    while stage.run(store, lambda keys: done.extend(key for _, key in keys)):
        pass
    return done


@pytest.mark.parametrize("lanes", [1, 2, 4])
def test_everything_is_done_once_and_the_wait_is_that_of_all_lanes(store: Store, lanes: int) -> None:
    build(store)
    stage = make_stage(lanes)
    assert stage.measure_wait(store).rows == len(IDS)
    assert stage.has_work(store)
    assert sorted(run_until_done(stage, store)) == sorted(IDS)
    assert stage.measure_wait(store) == stages.Wait(0, 0.0)
    assert stage.read_watermark(store) <= NOW_US - 10**9


@pytest.mark.parametrize(("before", "after"), [(1, 4), (4, 1), (2, 3)])
def test_with_another_number_of_lanes_nothing_is_done_again_and_nothing_left_out(
    store: Store, before: int, after: int
) -> None:
    build(store)
    run_until_done(make_stage(before), store)
    new = [f"new-{number}" for number in range(20)]
    build(store, new, NOW_US - 10**8)
    later = run_until_done(make_stage(after), store)
    assert set(new) <= set(later)
    # What was done last in a lane may be seen again by a worker that has just started.
    assert len(later) == len(set(later))
    build(store, ["last"], NOW_US - 10**7)
    assert "last" in run_until_done(make_stage(before), store)


@pytest.mark.django_db(transaction=True)
def test_two_workers_are_at_it_at_once_and_never_at_the_same(store: Store) -> None:
    build(store)
    first, second = make_stage(4), make_stage(4)
    begun, goes_on, done = threading.Event(), threading.Event(), []

    def work_slowly(keys: Sequence[Key]) -> None:
        done.append([key for _, key in keys])
        begun.set()
        assert goes_on.wait(20)

    slow = threading.Thread(target=first.run, args=(store, work_slowly))
    slow.start()
    try:
        assert begun.wait(20)
        others = run_until_done(second, store)
    finally:
        goes_on.set()
        slow.join()
    assert others
    assert sorted([*done[0], *others]) == sorted(IDS)


def test_whoever_holds_the_stage_holds_all_of_its_lanes(store: Store) -> None:
    build(store)
    stage = make_stage(3)
    with stage.hold() as held:
        assert held
        assert make_stage(3).run(store, lambda _: None) == 0
    with stage.lanes[1].hold() as lane, stage.hold() as held:
        assert (lane, held) == (True, False)
    assert len(run_until_done(stage, store)) == len(IDS)


def test_lanes_that_never_all_worked_tell_nothing() -> None:
    assert find_watermark("shared 1/2", {"shared": 5, "shared 1/4": 9}) == 5
    assert find_watermark("shared 1/4", {"shared": 5, "shared 1/4": 9}) == 9
    assert find_watermark("shared 2/4", {}) == 0
