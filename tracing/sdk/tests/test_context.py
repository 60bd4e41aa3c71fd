"""Ids of the conversation reach every span that is started within it."""

import asyncio
import gc
import inspect
import json
import logging
import threading
import weakref
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import MethodType

import pytest
import tacit
from opentelemetry import baggage
from opentelemetry import context as otel_context
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from tacit import privacy
from tacit.threads import carry_context_into_threads

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


def start_span(spans: Spans, name: str) -> None:
    spans.provider.get_tracer("opentelemetry.instrumentation.somebody").start_span(name).end()


def test_tags_metadata_environment_and_release_stand_on_spans_and_add_up(spans: Spans) -> None:
    with (
        tacit.conversation(id="c-1", tags=["a", "b"], metadata={"plan": "gold", "page": 1}, environment="staging"),
        tacit.conversation(tags="b", release="2.1"),
        tacit.conversation(tags=("c", 4), metadata={"page": 2, "x": None}),  # type: ignore[arg-type]
    ):
        start_span(spans, "chat")
    attributes = spans.only().attributes
    assert attributes["tag.tags"] == ("a", "b", "c", "4")
    assert json.loads(attributes["metadata"]) == {"plan": "gold", "page": 2, "x": None}
    assert attributes["deployment.environment.name"] == "staging"
    assert attributes["service.version"] == "2.1"


def test_another_conversation_inside_does_not_keep_the_message(spans: Spans) -> None:
    with tacit.conversation(id="c-1", user_id="u-1", message_id="m-1"), tacit.conversation(id="c-2"):
        start_span(spans, "chat")
    assert read_ids(spans, "chat") == ("c-2", "u-1", None)


@pytest.mark.parametrize("given", [{"tags": 5}, {"metadata": ["plan"]}], ids=str)
def test_what_is_not_as_expected_is_left_out_and_said(
    spans: Spans, given: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), tacit.conversation(id="c-1", **given):  # type: ignore[arg-type]
        start_span(spans, "chat")
    assert set(spans.only().attributes) == {"gen_ai.conversation.id"}
    assert "expected a" in caplog.text


def test_plain_generators_run_in_the_conversation_and_their_readers_do_not(spans: Spans) -> None:
    @tacit.conversation(id="c-1")
    def count() -> Iterator[int]:
        start_span(spans, "first")
        yield 1
        start_span(spans, "second")
        yield 2

    @tacit.conversation(id="c-2")
    async def count_async() -> AsyncIterator[int]:
        start_span(spans, "third")
        yield 1

    for number in count():
        start_span(spans, f"reader {number}")

    async def read() -> None:
        async for _ in count_async():
            start_span(spans, "async reader")

    asyncio.run(read())
    found = {span.name: span.attributes.get("gen_ai.conversation.id") for span in spans.all()}
    assert found == {
        "first": "c-1", "reader 1": None, "second": "c-1", "reader 2": None, "third": "c-2", "async reader": None,
    }  # fmt: skip


def test_generators_are_closed_thrown_into_and_sent_to_in_the_conversation() -> None:
    seen = []

    @tacit.conversation(id="c-1")
    def echo() -> Iterator[object]:
        try:
            seen.append((yield 1))
            yield 2
        except KeyError:
            yield 3
        finally:
            seen.append(baggage.get_baggage("gen_ai.conversation.id"))

    stream = echo()
    assert [next(stream), stream.send("a"), stream.throw(KeyError("b"))] == [1, 2, 3]  # type: ignore[attr-defined]
    stream.close()  # type: ignore[attr-defined]
    assert seen == ["a", "c-1"]
    assert baggage.get_all() == {}


def test_async_with_works_as_well(spans: Spans) -> None:
    async def run() -> None:
        async with tacit.conversation(id="c-1"):
            await asyncio.create_task(asyncio.to_thread(start_span, spans, "chat"))

    asyncio.run(run())
    assert read_ids(spans, "chat")[0] == "c-1"


def test_threads_pools_timers_and_executors_go_on_in_the_conversation(spans: Spans) -> None:
    class Own(threading.Thread):
        def run(self) -> None:
            start_span(spans, "own run")

    timer = threading.Timer(0, start_span, (spans, "timer"))
    plain = threading.Thread(target=start_span, args=(spans, "plain"))

    async def run_in_executor() -> None:
        await asyncio.get_running_loop().run_in_executor(None, start_span, spans, "loop")

    with ThreadPoolExecutor(1) as pool:
        with tacit.conversation(id="c-1"):
            for thread in (own := Own(), timer, plain):
                thread.start()
            pool.submit(start_span, spans, "submitted").result()
            list(pool.map(start_span, [spans], ["mapped"]))
            asyncio.run(run_in_executor())
        for thread in (own, timer, plain):
            thread.join()
    assert {span.name: span.attributes.get("gen_ai.conversation.id") for span in spans.all()} == dict.fromkeys(
        ("own run", "timer", "plain", "submitted", "mapped", "loop"), "c-1"
    )


def test_a_pool_that_began_in_a_conversation_does_not_stay_in_it(spans: Spans) -> None:
    with ThreadPoolExecutor(1) as pool:
        with tacit.conversation(id="c-1"):
            pool.submit(start_span, spans, "inside").result()
        pool.submit(start_span, spans, "outside").result()
    assert read_ids(spans, "inside")[0] == "c-1"
    assert read_ids(spans, "outside")[0] is None


def test_observed_calls_of_threads_are_children_of_the_call_that_began_them(spans: Spans) -> None:
    @tacit.observe
    def agent() -> None:
        thread = threading.Thread(target=tacit.observe(name="tool")(lambda: None))
        thread.start()
        thread.join()

    agent()
    assert spans.named("tool").parent.span_id == spans.named("agent").context.span_id


def test_others_who_wrap_threads_get_on_with_us(spans: Spans) -> None:
    """As Sentry does: it replaces `run` on the thread, and calls the function beneath with the thread."""
    thread = threading.Thread(target=start_span, args=(spans, "chat"))
    before = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        before(thread)

    def wrap(run: MethodType) -> MethodType:
        return MethodType(lambda self: run.__func__(self), thread)

    original = thread._bootstrap  # type: ignore[attr-defined]
    thread._bootstrap = lambda: (setattr(thread, "run", wrap(thread.run)), original())  # type: ignore[attr-defined]
    with tacit.conversation(id="c-1"):
        start(thread)
    thread.join()
    assert read_ids(spans, "chat")[0] == "c-1"


def test_timers_that_others_gave_a_start_of_their_own_are_reached(
    spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As OpenTelemetry's instrumentation of threads does, also when it is switched off again."""
    monkeypatch.setattr(threading.Timer, "start", inspect.unwrap(threading.Thread.start), raising=False)
    tacit.configure(tracer_provider=spans.provider)
    timer = threading.Timer(0, start_span, (spans, "timer"))
    with tacit.conversation(id="c-1"):
        timer.start()
    timer.join()
    assert read_ids(spans, "timer")[0] == "c-1"


def test_configuring_again_wraps_nothing_again(spans: Spans) -> None:
    start, submit = threading.Thread.start, ThreadPoolExecutor.submit
    tacit.configure(tracer_provider=spans.provider)
    assert (threading.Thread.start, ThreadPoolExecutor.submit) == (start, submit)


def test_threads_do_not_keep_themselves_alive(spans: Spans) -> None:
    thread = threading.Thread(target=start_span, args=(spans, "chat"))
    with tacit.conversation(id="c-1"):
        thread.start()
    thread.join()
    reference = weakref.ref(thread)
    gc.disable()
    try:
        del thread
        assert reference() is None
    finally:
        gc.enable()


def test_carrying_into_threads_can_be_switched_off(spans: Spans) -> None:
    tacit.configure(tracer_provider=spans.provider, carry_into_threads=False)
    try:
        with tacit.conversation(id="c-1"), ThreadPoolExecutor(1) as pool:
            pool.submit(start_span, spans, "chat").result()
    finally:
        carry_context_into_threads()
    assert read_ids(spans, "chat")[0] is None


def send_and_receive() -> otel_context.Context:
    """What another service gets from an instrumented HTTP client."""
    headers: dict[str, str] = {}
    W3CBaggagePropagator().inject(headers)
    return W3CBaggagePropagator().extract(headers, otel_context.Context())


def test_the_id_alone_travels_in_baggage_and_is_taken_up_by_the_next_service(spans: Spans) -> None:
    with tacit.conversation(id="c 1,ü;=", user_id="u-1", message_id="m-1", tags=["a"]):
        received = send_and_receive()
    assert dict(baggage.get_all(received)) == {"gen_ai.conversation.id": "c 1,ü;="}
    spans.provider.get_tracer("server").start_span("POST /tools", received).end()
    assert read_ids(spans, "POST /tools") == ("c 1,ü;=", None, None)


@pytest.mark.parametrize(("propagate", "expected"), [(True, ("c-1", "u-1", "m-1")), (False, (None, None, None))])
def test_what_travels_is_the_apps_to_say(propagate: bool, expected: tuple[str | None, ...]) -> None:
    with tacit.conversation(id="c-1", user_id="u-1", message_id="m-1", propagate=propagate):
        received = send_and_receive()
    assert tuple(baggage.get_baggage(key, received) for key in IDS) == expected


def test_an_id_that_does_not_travel_takes_that_of_the_conversation_around_along() -> None:
    with tacit.conversation(id="c-1"), tacit.conversation(id="c-2", propagate=False):
        assert dict(baggage.get_all(send_and_receive())) == {}


def test_of_foreign_baggage_only_ids_are_believed_and_the_apps_own_win(spans: Spans) -> None:
    context = otel_context.Context()
    for key, value in {"gen_ai.conversation.id": "x" * 5_000, "tag.tags": "evil", "metadata": "{}"}.items():
        context = baggage.set_baggage(key, value, context)
    token = otel_context.attach(context)
    try:
        start_span(spans, "foreign")
        with tacit.conversation(id="c-1"):
            start_span(spans, "own")
    finally:
        otel_context.detach(token)
    assert dict(spans.named("foreign").attributes) == {"gen_ai.conversation.id": "x" * 200}
    assert dict(spans.named("own").attributes) == {"gen_ai.conversation.id": "c-1"}


def test_ids_that_a_mask_would_hide_or_that_are_too_long_do_not_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "_policy", privacy.Policy(masks=True))
    for id in ("anna@example.com", "c" * 201):
        with tacit.conversation(id=id):
            assert dict(baggage.get_all(send_and_receive())) == {}


def test_nothing_is_raised_whatever_is_given(spans: Spans) -> None:
    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError

        __repr__ = __str__

    hostile = Hostile()
    metadata = {hostile: hostile, "n": float("nan"), "big": 10**5_000}
    with tacit.conversation(hostile, hostile, tags=[hostile], metadata=metadata, propagate=hostile):  # type: ignore[arg-type,list-item,dict-item]
        start_span(spans, "chat")
    assert spans.only().attributes["gen_ai.conversation.id"] == "<Hostile>"
    assert spans.only().attributes["tag.tags"] == ("<Hostile>",)
