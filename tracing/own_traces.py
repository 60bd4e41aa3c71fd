"""What Tacit itself does becomes spans, where somebody wants them: requests, stages, tasks, commits and queries.

Whoever does something tells it here; nothing becomes of that until `config.own_traces` has given a tracer. Spans say
which file of a query, which stage, how many rows; never what is in a row, an address or a parameter.

Ids of own traces begin alike, `MARK` and a word of the installation: who receives them, whatever the way that they came
by, knows them. They are no reason for further spans, and one's own are not taken in: nothing rings.
"""

import hashlib
import random
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from tracing import figures

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

MARK = "7ac17ace"
"""Of ids of traces; the next eight digits are the installation's."""

REFUSAL = "These are own traces of this very installation: see TACIT_OWN_TRACES_ENDPOINT."

_of_marked: ContextVar[bool] = ContextVar("of_marked", default=False)
"""Whether the request that is answered brought own traces of some installation."""
_had_batch = threading.local()


class NoSpan:
    """What is told of what nobody traces."""

    def set_attribute(self, name: str, value: Any) -> None:
        """Nothing becomes of it."""


NO_SPAN = NoSpan()


class Own:
    """The tracer of this process; None while nobody wants spans. `share` of received requests are traced."""

    def __init__(self) -> None:
        self.tracer: Tracer | None = None
        self.share = 0.0


OWN = Own()


@cache
def find_prefix(secret: str) -> str:
    """How ids of own traces of an installation with this secret begin."""
    return MARK + hashlib.sha256(b"tacit own traces" + secret.encode()).hexdigest()[:8]


def is_marked(ids: Collection[str]) -> bool:
    """Whether all of these ids are of own traces, of this or another installation."""
    return bool(ids) and all(each.startswith(MARK) for each in ids)


@contextmanager
def trace(name: str, attributes: Mapping[str, Any]) -> Iterator[Any]:
    """A span around what is done; what is raised is told by its class alone."""
    if OWN.tracer is None:
        yield NO_SPAN
        return
    from opentelemetry.trace import Status, StatusCode

    given = {"record_exception": False, "set_status_on_exception": False}
    with OWN.tracer.start_as_current_span(name, attributes=dict(attributes), **given) as span:  # type: ignore[arg-type]
        try:
            yield span
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(Status(StatusCode.ERROR))
            raise


@contextmanager
def trace_query(file: str) -> Iterator[Any]:
    """A question to the store: counted always, a span where it is part of something that is traced."""
    start = time.perf_counter()
    try:
        if OWN.tracer is None or not is_traced():
            yield NO_SPAN
            return
        with trace(file, {"db.system.name": "clickhouse", "db.query.summary": file}) as span:
            yield span
    finally:
        figures.QUERY_SECONDS.observe(time.perf_counter() - start)


def is_traced() -> bool:
    from opentelemetry.trace import get_current_span

    return get_current_span().is_recording()


@contextmanager
def trace_batch(stage: str, ids: Sequence[str]) -> Iterator[None]:
    """A batch of a stage, unless it is about own traces alone."""
    _had_batch.value = True
    if OWN.tracer is None or is_marked(ids):
        yield
        return
    with trace(f"stage {stage}", {"tacit.stage": stage, "tacit.done": len(ids)}):
        yield


@contextmanager
def trace_commit(table: str, ids: Sequence[str], requests: int) -> Iterator[None]:
    """Rows of several requests that are written together; some of them, as requests are."""
    if OWN.tracer is None or not is_chosen() or is_marked(ids):
        yield
        return
    told = {
        "db.system.name": "clickhouse",
        "db.operation.name": "INSERT",
        "db.collection.name": table,
        "db.operation.batch.size": len(ids),
        "tacit.requests": requests,
    }
    with trace(f"INSERT {table}", told):
        yield


def is_chosen() -> bool:
    """Whether this one of what comes in is traced."""
    return random.random() < OWN.share  # noqa: S311 -- nothing is secret about it


def note_marked(ids: Collection[str]) -> None:
    """The request that is being answered brought these traces."""
    if OWN.tracer is not None and is_marked(ids):
        _of_marked.set(True)


@contextmanager
def watch_marked() -> Iterator[Callable[[], bool]]:
    """Gives what tells whether the request that is answered meanwhile brought own traces."""
    token = _of_marked.set(False)
    try:
        yield _of_marked.get
    finally:
        _of_marked.reset(token)


def forget_batch() -> None:
    _had_batch.value = False


def had_batch() -> bool:
    """Whether a stage had a batch in this thread since that was forgotten: it has a span of its own."""
    return bool(getattr(_had_batch, "value", False))


def carry(question: Callable[[], Any]) -> Callable[[], Any]:
    """The same, asked in another thread as part of what is traced in this one."""
    if OWN.tracer is None:
        return question
    from opentelemetry import context

    here = context.get_current()

    def ask() -> Any:
        token = context.attach(here)
        try:
            return question()
        finally:
            context.detach(token)

    return ask
