"""Answers of queries that read all of a large project, kept for a while: a page that is looked at again and again does
not wait again and again.

For seconds that go with the size (twelve at a million spans, two minutes from ten million on) what was kept is told
without asking. After that, and for ten minutes, it is still told at once, while one thread asks anew behind the page.
What was told so once is asked for again before its ten minutes end, as long as somebody looked in the last eight hours.
What was kept before somebody changed something in the project, by its audit log, is never told. Projects of fewer than
20,000 conversations are always asked. What is kept is this process's own.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import close_old_connections

from tracing.filter_sql import Where
from tracing.store import Store

logger = logging.getLogger(__name__)

LARGE = 20_000
"""Conversations."""
CONVERSATIONS_A_SECOND = 10_000
MOST_SECONDS = 120
SHOWN_SECONDS = 600
SIZE_SECONDS = 60
MOST_ROWS = 100_000
RENEWED_SECONDS = 480
"""So old is what nobody waits for when it is asked for again: before it is too old to be told."""
LOOKED_SECONDS = 8 * 3600
REST = 20
"""After a question that nobody waits for, nothing is asked for so many times as long."""
LEAST_REST_SECONDS = 5.0

Rows = list[dict[str, Any]]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows, when they were asked for, and the latest entry of the project's audit log then."""

    rows: Rows
    asked: float
    entry: int


@dataclass(frozen=True, slots=True)
class Looked:
    """When somebody was last told what is kept of a project, and how it is asked for at another time (ns)."""

    at: float
    project_id: int
    ask: Callable[[int], Rows]


_kept: dict[Key, Kept] = {}
_looked: dict[Key, Looked] = {}
_sizes: dict[tuple[Store, int], tuple[float, int]] = {}
_waiting: set[Key] = set()
_asking: dict[tuple[Key, int], Future[Rows]] = {}
_behind: ThreadPoolExecutor | None = None
_renewing: threading.Thread | None = None
_ended = threading.Event()
_lock = threading.Lock()
_find_entry: Callable[[int], int] | None = None


def query_kept(
    store: Store,
    path: str,
    where: Where | None = None,
    *,
    project_id: int,
    now_ns: int = 0,
    moving: Collection[str] = (),
    longer: int = 1,
    **parameters: Any,
) -> Rows:
    """Rows as `store.query` gives them, or gave them a moment ago. Parameters named in `moving` go with `now_ns`: not
    they, but how far back they are, must be the same. What hardly changes may be kept so many times as long."""
    return prepare_kept(
        store, path, where, project_id=project_id, now_ns=now_ns, moving=moving, longer=longer, **parameters
    )()


def prepare_kept(
    store: Store,
    path: str,
    where: Where | None = None,
    *,
    project_id: int,
    now_ns: int = 0,
    moving: Collection[str] = (),
    longer: int = 1,
    **parameters: Any,
) -> Callable[[], Rows]:
    """The same as a question that any thread may ask: Django's database is looked at now."""
    size = measure_size(store, project_id)
    if size < LARGE:
        return partial(store.query, path, where, project_id=project_id, **parameters)
    told = {name: now_ns - value if name in moving else value for name, value in parameters.items()}
    key = (store, path, project_id, repr(where), repr(sorted(told.items())))

    def ask(at_ns: int) -> Rows:
        moved = {name: at_ns - value if name in moving else value for name, value in told.items()}
        return store.query(path, where, project_id=project_id, **moved)

    fresh_seconds = longer * min(MOST_SECONDS, size / CONVERSATIONS_A_SECOND)
    return partial(find_rows, key, find_entry(project_id), fresh_seconds, now_ns, ask)


def find_entry(project_id: int) -> int:
    return _find_entry(project_id) if _find_entry else 0


def find_rows(key: Key, entry: int, fresh_seconds: float, now_ns: int, ask: Callable[[int], Rows]) -> Rows:
    """A copy of what is kept, or of what is answered now."""
    kept = _kept.get(key)
    age = time.monotonic() - kept.asked if kept else SHOWN_SECONDS
    if kept is None or kept.entry != entry or age >= max(fresh_seconds, SHOWN_SECONDS):
        return [dict(row) for row in keep(key, entry, partial(ask, now_ns))]
    look(key, Looked(time.monotonic(), key[2], ask))
    if age >= fresh_seconds:
        ask_behind(key, entry, partial(ask, now_ns))
    return [dict(row) for row in kept.rows]


def look(key: Key, looked: Looked) -> None:
    """Somebody looked at what is kept, and may look again in an hour."""
    global _renewing
    with _lock:
        _looked[key] = looked
        if _renewing is None or not _renewing.is_alive():
            _ended.clear()
            _renewing = threading.Thread(target=renew_all_day, name="kept-queries-renewed", daemon=True)
            _renewing.start()


def renew_all_day() -> None:
    """Until the store closes: ask again for what somebody looked at, and rest."""
    rest = LEAST_REST_SECONDS
    while not _ended.wait(rest):
        began = time.monotonic()
        close_old_connections()
        renew_oldest()
        rest = max(LEAST_REST_SECONDS, REST * (time.monotonic() - began))


def renew_oldest() -> None:
    """Ask again for what will soon be too old to be told; forget what nobody looked at for hours."""
    now = time.monotonic()
    with _lock:
        for key in [key for key, looked in _looked.items() if key not in _kept or now - looked.at > LOOKED_SECONDS]:
            del _looked[key]
        due = [key for key in _looked if now - _kept[key].asked >= RENEWED_SECONDS and key not in _waiting]
        if not due:
            return
        key = min(due, key=lambda each: _kept[each].asked)
        _waiting.add(key)
    looked = _looked[key]
    ask_waiting(key, find_entry(looked.project_id), partial(looked.ask, time.time_ns()))


def watch(find_latest_entry: Callable[[int], int]) -> None:
    """Know by this, from a project's id, whether somebody changed something in it since."""
    global _find_entry
    _find_entry = find_latest_entry


def keep(key: Key, entry: int, ask: Callable[[], Rows]) -> Rows:
    """Ask, and keep the answer; who wants it meanwhile waits for it and does not ask as well."""
    answer: Future[Rows] = Future()
    with _lock:
        first = _asking.setdefault((key, entry), answer)
    if first is not answer:
        return first.result()
    asked = time.monotonic()
    try:
        answer.set_result(ask())
    except BaseException as error:
        answer.set_exception(error)
        raise
    finally:
        with _lock:
            del _asking[key, entry]
    with _lock:
        if key not in _kept or _kept[key].asked <= asked:
            _kept[key] = Kept(answer.result(), asked, entry)
        make_room()
    return answer.result()


def ask_behind(key: Key, entry: int, ask: Callable[[], Rows]) -> None:
    """Ask in a thread of its own, one question at a time, each once."""
    global _behind
    with _lock:
        if key in _waiting:
            return
        _waiting.add(key)
        _behind = _behind or ThreadPoolExecutor(1, "kept-queries")
        _behind.submit(ask_waiting, key, entry, ask)


def ask_waiting(key: Key, entry: int, ask: Callable[[], Rows]) -> None:
    try:
        keep(key, entry, ask)
    except Exception:  # who looks after ten minutes asks again, and is told what is wrong
        logger.exception("What a large project keeps could not be asked for again: %s", key[1])
    finally:
        with _lock:
            _waiting.discard(key)


def measure_size(store: Store, project_id: int) -> int:
    """About how many conversations the project has: counted by the engine's parts, so in no time."""
    until, size = _sizes.get((store, project_id), (0.0, 0))
    if time.monotonic() >= until:
        size = store.query("tracing/sql/project_size.sql", project_id=project_id)[0]["conversations"]
        _sizes[store, project_id] = time.monotonic() + SIZE_SECONDS, size
    return size


def make_room() -> None:
    """Forget what is too old, then the oldest until few enough rows are left."""
    oldest_first = sorted(_kept, key=lambda key: _kept[key].asked)
    rows = sum(len(kept.rows) for kept in _kept.values())
    for key in oldest_first:
        if rows <= MOST_ROWS and time.monotonic() - _kept[key].asked < SHOWN_SECONDS:
            return
        rows -= len(_kept.pop(key).rows)


def finish() -> None:
    """Ask nothing more behind pages: the store is about to close."""
    global _behind, _renewing
    with _lock:
        behind, _behind = _behind, None
        renewing, _renewing = _renewing, None
    _ended.set()
    if renewing is not None:
        renewing.join()
    if behind is not None:
        behind.shutdown(cancel_futures=True)
    forget()


def forget() -> None:
    """All that is kept."""
    with _lock:
        _kept.clear()
        _looked.clear()
        _sizes.clear()
        _waiting.clear()
