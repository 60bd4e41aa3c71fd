"""Questions that do not wait for each other come in, their answers go out in the same order: the store is asked several
at once, each on a processor of its own where there is one.

A question asks the store and nothing else: Django's connections belong to the thread of the request.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from tracing.own_traces import carry

AT_ONCE = 4
"""Beside those who ask."""

_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="together")


def ask_together(*questions: Callable[[], Any]) -> list[Any]:
    """The answer of each. Who asks answers what nobody has begun yet, so that questions may ask together themselves."""
    begun = [_pool.submit(carry(question)) for question in questions[1:]]
    try:
        return [questions[0](), *(wait_for(*each) for each in zip(begun, questions[1:], strict=True))]
    finally:
        for future in begun:
            future.cancel()


def ask_by_name(**questions: Callable[[], Any]) -> dict[str, Any]:
    """The same, each answer under the name of its question."""
    return dict(zip(questions, ask_together(*questions.values()), strict=True))


def wait_for(future: Future[Any], question: Callable[[], Any]) -> Any:
    return question() if future.cancel() else future.result()
