"""A task that is being cancelled in, who cancelled it out, as far as that shows.

Asyncio throws the same `CancelledError` for a time limit, a shutdown and a reader who went away. Some of it shows
at once, the rest a moment later: a time limit takes its cancellation back while it raises `TimeoutError`.
"""

import functools
import signal
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # takes ten milliseconds, and where the app has not loaded it there are no tasks
    import asyncio

_RETRY_SECONDS: Final = (0.0, 0.01, 0.1, 1.0)
_WAITS_IN_A_TASK: Final = sys.version_info < (3, 12)
"""Whether `asyncio.wait_for` runs what it waits for in a task of its own."""


def get_cancelled_task() -> "asyncio.Task[Any] | None":
    """The running task where it is being cancelled. Python 3.10 does not tell; there, any running task."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return None
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return None
    return task if task is not None and getattr(task, "cancelling", lambda: 1)() > 0 else None


def get_task_cancelled_by(error: BaseException | None) -> "asyncio.Task[Any] | None":
    """Likewise, where this exception is how it is cancelled."""
    asyncio = sys.modules.get("asyncio")
    return get_cancelled_task() if asyncio is not None and isinstance(error, asyncio.CancelledError) else None


def tell_at_once(task: "asyncio.Task[Any]", error: BaseException | None) -> str | None:
    """`shutdown` or `timeout` where the cancellation shows it already, else None."""
    reason = " ".join(str(argument) for argument in error.args) if error is not None else ""
    if "shutdown" in reason or _is_cancelling_all_tasks() or server_is_stopping():
        return "shutdown"
    if "deadline exceeded" in reason or (_WAITS_IN_A_TASK and _is_out_of_time(task)):
        return "timeout"
    return None


def tell_later(task: "asyncio.Task[Any]", error: BaseException | None) -> str | None:
    """`timeout` where the cancellation was taken back, `unknown` where the task ended by it, None before that."""
    if getattr(task, "cancelling", lambda: 1)() == 0:
        return "unknown" if error is not None and "cancel scope" in str(error) else "timeout"
    return "unknown" if task.done() else None


def ask_until_known(ask: Callable[[], str | None], answer: Callable[[str], None], attempt: int = 0) -> None:
    """Calls `answer` with what `ask` gives, from the running loop, at the latest after a second with `unknown`."""
    known = ask()
    if known is None and attempt == len(_RETRY_SECONDS):
        known = "unknown"
    if known is not None:
        answer(known)
    else:
        import asyncio

        again = functools.partial(ask_until_known, ask, answer, attempt + 1)
        asyncio.get_running_loop().call_later(_RETRY_SECONDS[attempt], again)


def server_is_stopping() -> bool:
    """Whether the process goes down. Uvicorn and gunicorn keep that beside their signal handlers."""
    for number in (signal.SIGTERM, signal.SIGINT):
        server = getattr(signal.getsignal(number), "__self__", None)
        if getattr(server, "should_exit", False) is True or getattr(server, "alive", True) is False:
            return True
    return sys.is_finalizing()


def _is_cancelling_all_tasks() -> bool:
    """Whether `asyncio.run` is ending."""
    from asyncio import runners

    return _is_run_by(runners._cancel_all_tasks.__code__)  # type: ignore[attr-defined]


def _is_run_by(code: CodeType) -> bool:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame is not None


def _is_out_of_time(task: "asyncio.Task[Any]") -> bool:
    """Whether an `asyncio.wait_for` cancelled the task because its time was over, and not for being cancelled."""
    try:
        return any(_has_expired(waiting) for waiting in _find_waiting_tasks(task))
    except Exception:  # these are the insides of asyncio
        return False


def _find_waiting_tasks(task: "asyncio.Task[Any]") -> list[Any]:
    """The tasks that `_cancel_and_wait` makes wait until `task` has ended."""
    from asyncio import tasks

    release = tasks._release_waiter  # type: ignore[attr-defined]
    waiters = [
        callback.args[0]
        for callback, _ in getattr(task, "_callbacks", None) or ()
        if isinstance(callback, functools.partial) and callback.func is release
    ]
    return [callback.__self__ for waiter in waiters for callback, _ in waiter._callbacks or ()]


def _has_expired(waiting: "asyncio.Task[Any]") -> bool:
    import asyncio

    coroutine: Any = waiting.get_coro()
    while coroutine is not None and getattr(coroutine, "cr_code", None) is not asyncio.wait_for.__code__:
        coroutine = getattr(coroutine, "cr_await", None)
    if coroutine is None:
        return False
    waiter = coroutine.cr_frame.f_locals.get("waiter")
    return waiter is None or not waiter.cancelled()
