"""The context of whoever starts a thread or submits work to a pool in, the same context around that work out.

Python (before 3.14) begins threads with an empty context, and the conversation would be lost there. `Thread.start` and
`ThreadPoolExecutor.submit` are wrapped, as OpenTelemetry's own instrumentation of threads does; both get on together.
"""

import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import MethodType
from typing import Any, Final

from opentelemetry import context as otel_context
from opentelemetry.context import Context

_MARK: Final = "_tacit_carries_context"
_lock = threading.Lock()
_carries = False


def carry_context_into_threads(carries: bool = True) -> None:
    """From now on, threads and the work of thread pools run in the context that they were begun in; or no longer."""
    global _carries
    with _lock:
        _carries = carries
        if carries:
            # OpenTelemetry's instrumentation gives timers a `start` of their own.
            for owner, name, wrap in (
                (threading.Thread, "start", _wrap_start),
                (threading.Timer, "start", _wrap_start),
                (ThreadPoolExecutor, "submit", _wrap_submit),
            ):
                if name in vars(owner) and not hasattr(getattr(owner, name), _MARK):
                    setattr(owner, name, wrap(getattr(owner, name)))


def _wrap_start(start: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(start)
    def start_in_context(thread: threading.Thread, *args: Any, **kwargs: Any) -> None:
        context = otel_context.get_current()
        if _carries and context:
            with suppress(Exception):  # a thread of some class that cannot be wrapped runs as it would
                # Others wrap `run` too, and call the function beneath a bound method with the thread.
                thread.run = MethodType(_make_run(thread.run, context), thread)  # type: ignore[method-assign]
        start(thread, *args, **kwargs)

    setattr(start_in_context, _MARK, True)
    return start_in_context


def _make_run(run: Callable[[], None], context: Context) -> Callable[[threading.Thread], None]:
    def run_in_context(thread: threading.Thread) -> None:
        vars(thread).pop("run", None)  # a thread that refers to itself would outlive its end
        otel_context.attach(context)
        run()

    return run_in_context


def _wrap_submit(submit: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
    @functools.wraps(submit)
    def submit_in_context(
        executor: ThreadPoolExecutor, function: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        context = otel_context.get_current()
        if not _carries or not context:
            return submit(executor, function, *args, **kwargs)
        # The pool's threads live longer than this conversation: they are begun outside of it.
        token = otel_context.attach(Context())
        try:
            return submit(executor, functools.partial(run_in, context, function), *args, **kwargs)
        finally:
            otel_context.detach(token)

    setattr(submit_in_context, _MARK, True)
    return submit_in_context


def run_in(context: Context, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    token = otel_context.attach(context)
    try:
        return function(*args, **kwargs)
    finally:
        otel_context.detach(token)
