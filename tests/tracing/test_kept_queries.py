"""A small project is always asked; what a large one answered holds for a while, unless somebody changed something."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from tracing import kept_queries
from tracing.access.audit import record
from tracing.access.decisions import Actor, ActorKind
from tracing.filter_sql import Where
from tracing.kept_queries import finish, prepare_kept, query_kept
from tracing.models import Project
from tracing.store import Store

pytestmark = pytest.mark.django_db

PATH = "feedback/sql/page_choices.sql"
FIGURES = "feedback/sql/agent_task_figures.sql"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Moves time to so many seconds."""
    at = [100.0]
    monkeypatch.setattr(kept_queries.time, "monotonic", lambda: at[0])
    kept_queries.forget()
    yield lambda seconds: at.__setitem__(0, 100.0 + seconds)
    finish()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """From one conversation on a project is large; for one more it is kept a second longer."""
    monkeypatch.setattr(kept_queries, "LARGE", 1)
    monkeypatch.setattr(kept_queries, "CONVERSATIONS_A_SECOND", 1)


def add(store: Store, model: str) -> None:
    row = {"project_id": [1], "conversation_id": [model], "models": [[model]], "version": [1]}
    store.insert("conversations", row)


def wait_for_answers() -> None:
    """Until all that was asked behind pages is answered."""
    if kept_queries._behind:
        answered = threading.Event()
        kept_queries._behind.submit(answered.set)
        assert answered.wait(10)


def list_models(store: Store, project_id: int = 1, **more: int) -> list[str]:
    return sorted(query_kept(store, PATH, project_id=project_id, **more)[0]["models"])


def test_a_small_project_is_always_asked(store: Store, clock: Callable[[float], None]) -> None:
    add(store, "first")
    assert list_models(store) == ["first"]
    add(store, "second")
    assert list_models(store) == ["first", "second"]


@pytest.mark.usefixtures("large")
def test_what_a_large_project_answered_holds_for_a_while(store: Store, clock: Callable[[float], None]) -> None:
    add(store, "first")
    assert list_models(store) == ["first"]
    add(store, "second")
    clock(0.9)
    assert list_models(store) == ["first"]
    wait_for_answers()
    assert list_models(store) == ["first"], "nobody asked"
    clock(601)
    assert list_models(store) == ["first", "second"]


@pytest.mark.usefixtures("large")
def test_what_is_older_is_told_while_it_is_asked_for_again(store: Store, clock: Callable[[float], None]) -> None:
    add(store, "first")
    list_models(store)
    add(store, "second")
    clock(1.1)
    assert list_models(store) == ["first"]
    wait_for_answers()
    assert list_models(store) == ["first", "second"]


@pytest.mark.usefixtures("large")
def test_what_somebody_changed_shows_at_once(store: Store, clock: Callable[[float], None]) -> None:
    add(store, "first")
    project, _ = Project.objects.get_or_create(pk=1, defaults={"slug": "one", "name": "One"})
    list_models(store)
    add(store, "second")
    record(Actor(ActorKind.USER, "anna"), "add_label", project)
    assert list_models(store) == ["first", "second"]


@pytest.mark.usefixtures("large")
def test_a_question_that_fails_behind_a_page_is_asked_again_by_the_next(
    store: Store, clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "first")
    list_models(store)
    add(store, "second")
    clock(1.1)
    with monkeypatch.context() as broken:
        broken.setattr(store, "query", lambda *_asked, **_named: 1 / 0)
        assert list_models(store) == ["first"]
        wait_for_answers()
    assert list_models(store) == ["first"]
    wait_for_answers()
    assert list_models(store) == ["first", "second"]


@pytest.mark.usefixtures("large", "clock")
def test_who_asks_while_another_asks_waits_for_the_same_answer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    add(store, "first")
    list_models(store)
    kept_queries._kept.clear()
    begun, goes_on, asked = threading.Event(), threading.Event(), []
    query = store.query

    def ask_slowly(*given: Any, **named: Any) -> list[dict[str, Any]]:
        asked.append(given)
        begun.set()
        assert goes_on.wait(10)
        return query(*given, **named)

    monkeypatch.setattr(store, "query", ask_slowly)
    with ThreadPoolExecutor(2) as pool:
        question = prepare_kept(store, PATH, project_id=1)
        answers = [pool.submit(question)]
        assert begun.wait(10)
        answers.append(pool.submit(prepare_kept(store, PATH, project_id=1)))
        goes_on.set()
        assert [each.result()[0]["models"] for each in answers] == [["first"], ["first"]]
    assert len(asked) == 1


@pytest.mark.usefixtures("large")
def test_what_hardly_changes_is_kept_for_longer(store: Store, clock: Callable[[float], None]) -> None:
    add(store, "first")
    list_models(store, longer=5)
    add(store, "second")
    clock(4.9)
    assert list_models(store, longer=5) == ["first"]
    wait_for_answers()
    assert list_models(store, longer=5) == ["first"], "nobody asked"
    clock(5.1)
    list_models(store, longer=5)
    wait_for_answers()
    assert list_models(store, longer=5) == ["first", "second"]


@pytest.mark.usefixtures("large", "clock")
def test_one_project_is_never_told_what_another_answered(store: Store) -> None:
    add(store, "first")
    assert list_models(store, 1) == ["first"]
    assert list_models(store, 2) == []


@pytest.mark.usefixtures("large", "clock")
def test_what_is_changed_in_an_answer_is_nobody_elses(store: Store) -> None:
    add(store, "first")
    query_kept(store, PATH, project_id=1)[0]["models"] = []
    assert list_models(store) == ["first"]


@pytest.mark.usefixtures("large", "clock")
def test_another_filter_is_another_question(store: Store) -> None:
    add(store, "first")
    row = {"project_id": [1], "conversation_id": ["first"], "version": [1]}
    store.insert("agent_tasks", row)
    tasks = [query_kept(store, FIGURES, Where(sql), project_id=1)[0]["tasks"] for sql in ("true", "false", "true")]
    assert tasks == [1, 0, 1]


@pytest.mark.usefixtures("large", "clock")
def test_a_time_that_goes_with_now_is_told_by_how_far_back_it_is(store: Store) -> None:
    add(store, "first")
    path, bound = "feedback/sql/page_counts.sql", {"current_ns": 0, "step_ns": 1}

    def ask(now_ns: int, since_ns: int) -> int:
        asked = {"since_ns": since_ns, **bound}
        found = query_kept(
            store, path, Where("true"), project_id=1, now_ns=now_ns, moving=("since_ns", "current_ns"), **asked
        )
        return len(found)

    assert ask(10, 0) == 1
    kept = len(kept_queries._kept)
    bound["current_ns"] = 1
    assert ask(11, 1) == 1
    assert len(kept_queries._kept) == kept
    ask(11, 0)
    assert len(kept_queries._kept) == kept + 1


@pytest.mark.usefixtures("large")
def test_what_somebody_looks_at_again_is_asked_for_again_all_day(store: Store, clock: Callable[[float], None]) -> None:
    add(store, "first")
    list_models(store)
    list_models(store)
    add(store, "second")
    clock(479)
    kept_queries.renew_oldest()
    assert list_models(store) == ["first"], "it is not old yet"
    wait_for_answers()
    add(store, "third")
    for number in range(2, 12):
        clock(480 * number)
        kept_queries.renew_oldest()
    assert list_models(store) == ["first", "second", "third"], "nobody waited for it"
    clock(480 * 12 + 8 * 3600 + 1)
    kept_queries.renew_oldest()
    assert kept_queries._looked == {}


@pytest.mark.usefixtures("large")
def test_what_somebody_looked_at_once_is_not_asked_for_again(store: Store, clock: Callable[[float], None]) -> None:
    add(store, "first")
    list_models(store)
    add(store, "second")
    clock(481)
    kept_queries.renew_oldest()
    assert list_models(store) == ["first"]


@pytest.mark.usefixtures("large")
def test_what_is_asked_for_again_is_of_then(store: Store, clock: Callable[[float], None]) -> None:
    """A period that goes with the time has gone on; what somebody changed since counts."""
    path, hour = "feedback/sql/page_counts.sql", 3600 * 10**9
    now_ns = kept_queries.time.time_ns()
    add(store, "first")
    row = {"first_time": [datetime.fromtimestamp((now_ns - hour + 10**9) / 1e9, UTC)], "conversation_id": ["nearly"]}
    store.insert("conversations", {"project_id": [1], **row, "models": [[]], "version": [1]})
    project, _ = Project.objects.get_or_create(pk=1, defaults={"slug": "one", "name": "One"})

    def count() -> int:
        bound = {"since_ns": now_ns - hour, "current_ns": now_ns - hour, "step_ns": 10**9}
        moving = ("since_ns", "current_ns")
        asked = query_kept(store, path, Where("true"), project_id=1, now_ns=now_ns, moving=moving, **bound)
        return sum(int(each["conversations"]) for each in asked)

    assert [count(), count()] == [1, 1]
    record(Actor(ActorKind.USER, "anna"), "add_label", project)
    clock(481)
    time.sleep(1.1)
    kept_queries.renew_oldest()
    assert count() == 0


@pytest.mark.usefixtures("large", "clock")
def test_there_is_an_end_to_what_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_queries, "MOST_ROWS", 2)
    add(store, "first")
    for number in range(5):
        query_kept(store, FIGURES, Where(f"{number} = {number}"), project_id=1)
    assert len(kept_queries._kept) <= 2
