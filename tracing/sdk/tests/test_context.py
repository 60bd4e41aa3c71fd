"""Ids of the conversation reach every span that is started within it."""

import asyncio
import inspect
from collections.abc import Iterator

import tacit
from opentelemetry import context as otel_context

from .conftest import Spans

IDS = ("gen_ai.conversation.id", "user.id", "tacit.message.id")


def read_ids(spans: Spans, name: str) -> tuple[object, ...]:
    return tuple(spans.named(name).attributes.get(key) for key in IDS)


def test_spans_of_others_carry_the_ids_too(spans: Spans) -> None:
    tracer = spans.provider.get_tracer("opentelemetry.instrumentation.somebody")
    with tacit.conversation(id="c-1", user_id="u-1", message_id="m-1"):
        tracer.start_span("chat").end()
    tracer.start_span("afterwards").end()
    assert read_ids(spans, "chat") == ("c-1", "u-1", "m-1")
    assert read_ids(spans, "afterwards") == (None, None, None)


def test_ids_that_are_not_given_stay_those_around(spans: Spans) -> None:
    with tacit.conversation(id="c-1", user_id="u-1"), tacit.conversation(message_id="m-2"):
        tacit.observe(name="inner")(lambda: None)()
    assert read_ids(spans, "inner") == ("c-1", "u-1", "m-2")


def test_ids_of_any_type_become_text(spans: Spans) -> None:
    with tacit.conversation(id=17, user_id="\ud800"):  # type: ignore[arg-type]
        tacit.observe(name="inner")(lambda: None)()
    assert read_ids(spans, "inner") == ("17", "?", None)


def test_it_decorates_functions_coroutines_and_generators(spans: Spans) -> None:
    @tacit.conversation(id="c-1")
    @tacit.observe(name="function")
    def call() -> None: ...

    @tacit.conversation(id="c-2")
    @tacit.observe(name="coroutine")
    async def call_async() -> None: ...

    @tacit.conversation(id="c-3")
    @tacit.observe(name="generator")
    def stream() -> Iterator[str]:
        yield "a"

    call()
    asyncio.run(call_async())
    list(stream())
    assert [read_ids(spans, name)[0] for name in ("function", "coroutine", "generator")] == [
        "c-1",
        "c-2",
        "c-3",
    ]
    assert inspect.iscoroutinefunction(call_async)
    assert inspect.isgeneratorfunction(stream)


def test_one_decorator_serves_concurrent_calls(spans: Spans) -> None:
    @tacit.conversation(id="c-1")
    async def call(seconds: float) -> None:
        await asyncio.sleep(seconds)
        tacit.observe(name=f"after {seconds}")(lambda: None)()

    async def run_all() -> None:
        await asyncio.gather(call(0.01), call(0.0))

    before = otel_context.get_current()
    asyncio.run(run_all())
    assert read_ids(spans, "after 0.01")[0] == read_ids(spans, "after 0.0")[0] == "c-1"
    assert otel_context.get_current() is before
