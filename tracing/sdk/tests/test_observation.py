"""What `@tacit.observe` does to functions and coroutines, and what it leaves alone."""

import asyncio
import functools
import inspect
import json
import pickle
import re
from collections.abc import AsyncIterator, Iterator
from enum import Enum
from typing import Any

import pytest
import tacit
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import StatusCode

from .conftest import Spans


def read_arguments(span: trace.Span) -> object:
    return json.loads(span.attributes["tacit.arguments"])  # type: ignore[attr-defined]


class HostileError(Exception):
    """Its message cannot be encoded."""

    def __str__(self) -> str:
        return "lone \ud800 surrogate"


@tacit.observe
def stream_words(text: str) -> Iterator[str]:
    yield from text.split()


def test_a_call_becomes_a_span_with_arguments_output_and_outcome(spans: Spans) -> None:
    @tacit.observe
    def answer(question: str, *sources: str, limit: int = 3, **options: bool) -> str:
        return f"{question}!"

    assert answer("why", "a", "b", limit=5, brief=True) == "why!"
    span = spans.only()
    assert span.name == "answer"
    assert read_arguments(span) == {"question": "why", "sources": ["a", "b"], "limit": 5, "brief": True}
    assert (
        dict(span.attributes or {}).items()
        >= {
            "tacit.kind": "chain",
            "tacit.output": "why!",
            "tacit.output.type": "text",
            "tacit.outcome": "completed",
        }.items()
    )
    assert "gen_ai.operation.name" not in (span.attributes or {})
    assert span.status.status_code is StatusCode.UNSET


def test_what_is_not_text_is_given_as_json(spans: Spans) -> None:
    @tacit.observe
    def find() -> dict[str, list[int]]:
        return {"pages": [1, 2]}

    find()
    assert spans.only().attributes["tacit.output"] == '{"pages":[1,2]}'
    assert spans.only().attributes["tacit.output.type"] == "json"


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("llm", "chat"),
        ("agent", "invoke_agent"),
        ("tool", "execute_tool"),
        ("embedding", "embeddings"),
        ("retriever", None),
        ("guardrail", None),
        ("chain", None),
    ],
)
def test_kind_decides_the_operation_name(spans: Spans, kind: tacit.observation.Kind, operation: str) -> None:
    tacit.observe(name="step", kind=kind)(lambda: None)()
    attributes = spans.named("step").attributes
    assert attributes["tacit.kind"] == kind
    assert attributes.get("gen_ai.operation.name") == operation


def test_an_unknown_kind_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"kind='model'.*llm, agent, chain"):
        tacit.observe(kind="model")  # type: ignore[call-overload]


def test_what_is_not_a_function_is_refused_with_advice() -> None:
    with pytest.raises(TypeError, match="observe\\(name="):
        tacit.observe("answer")  # type: ignore[call-overload]


def test_methods_lose_self_and_cls_and_keep_their_class_in_the_name(spans: Spans) -> None:
    class Bot:
        @tacit.observe
        def answer(self, question: str) -> str:
            return question

        @tacit.observe
        @classmethod
        def greet(cls, name: str) -> str:
            return f"{cls.__name__} {name}"

        @staticmethod
        @tacit.observe
        def shout(text: str) -> str:
            return text.upper()

        @tacit.observe
        def stream(self, text: str) -> Iterator[str]:
            yield text

    assert Bot().answer("q") == "q"
    assert Bot.greet("you") == "Bot you"
    assert Bot.shout("hey") == "HEY"
    assert list(Bot().stream("s")) == ["s"]
    assert [span.name for span in spans.all()] == ["Bot.answer", "Bot.greet", "Bot.shout", "Bot.stream"]
    assert [read_arguments(span) for span in spans.all()] == [
        {"question": "q"},
        {"name": "you"},
        {"text": "hey"},
        {"text": "s"},
    ]


def test_an_exception_passes_unchanged_and_is_recorded(spans: Spans) -> None:
    error = ValueError("no such page")

    @tacit.observe
    def find() -> None:
        raise error

    with pytest.raises(ValueError, match="no such page") as caught:
        find()
    assert caught.value is error
    span = spans.only()
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "ValueError: no such page"
    assert span.attributes["tacit.outcome"] == "error"
    assert span.attributes["error.type"] == "ValueError"
    assert span.events[0].name == "exception"
    assert "no such page" in span.events[0].attributes["exception.stacktrace"]


def test_an_error_with_unencodable_text_does_not_poison_the_batch(spans: Spans) -> None:
    @tacit.observe
    def fail() -> None:
        raise HostileError

    with pytest.raises(HostileError):
        fail()
    span = spans.only()
    texts = [span.status.description, *span.events[0].attributes.values(), *span.attributes.values()]
    assert [str(text).encode() for text in texts]
    assert span.events[0].attributes["exception.message"] == "lone ? surrogate"


def test_an_interrupted_call_is_stopped_not_failed(spans: Spans) -> None:
    @tacit.observe
    def answer() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer()
    assert spans.only().attributes["tacit.outcome"] == "stopped"
    assert spans.only().status.status_code is StatusCode.UNSET


def test_spans_nest_as_the_calls_do(spans: Spans) -> None:
    @tacit.observe(kind="retriever")
    def retrieve() -> list[str]:
        return ["page"]

    @tacit.observe
    def answer() -> str | None:
        retrieve()
        return tacit.current_trace_id()

    trace_id = answer()
    inner, outer = spans.named("retrieve"), spans.named("answer")
    assert inner.parent.span_id == outer.context.span_id
    assert trace_id == trace.format_trace_id(outer.context.trace_id)
    assert tacit.current_trace_id() is None


def test_a_coroutine_is_observed_until_it_ends(spans: Spans) -> None:
    @tacit.observe
    async def answer(question: str) -> str:
        await asyncio.sleep(0)
        return question * 2

    assert asyncio.run(answer("ha")) == "haha"
    assert spans.only().attributes["tacit.output"] == "haha"


def test_concurrent_coroutines_do_not_mix_their_spans(spans: Spans) -> None:
    @tacit.observe
    async def inner(number: int) -> int:
        await asyncio.sleep(0.001 * (5 - number))
        return number

    @tacit.observe
    async def outer(number: int) -> int:
        return await inner(number)

    async def run_all() -> list[int]:
        return await asyncio.gather(*(outer(number) for number in range(5)))

    assert asyncio.run(run_all()) == list(range(5))
    outers = {span.context.span_id: read_arguments(span) for span in spans.all() if span.name == "outer"}
    inners = [span for span in spans.all() if span.name == "inner"]
    assert [outers[span.parent.span_id] for span in inners] == [read_arguments(span) for span in inners]


def test_a_cancelled_coroutine_is_stopped(spans: Spans) -> None:
    @tacit.observe
    async def answer() -> None:
        await asyncio.sleep(60)

    async def cancel() -> None:
        task = asyncio.create_task(answer())
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())
    assert spans.only().attributes["tacit.outcome"] == "stopped"
    assert spans.only().attributes["tacit.ended_by"] == "unknown"


def test_inspect_takes_observed_functions_for_what_they_are() -> None:
    async def coroutine(a: int) -> None: ...
    def generator(a: int) -> Iterator[int]:
        yield a

    async def async_generator(a: int) -> AsyncIterator[int]:
        yield a

    observed = {function: tacit.observe(function) for function in (coroutine, generator, async_generator)}
    for function, wrapped in observed.items():
        for test in (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction):
            assert test(wrapped) == test(function)
        assert inspect.signature(wrapped) == inspect.signature(function)
        assert wrapped.__name__ == function.__name__
        assert wrapped.__wrapped__ is function


def test_an_observed_generator_function_pickles_by_name() -> None:
    restored = pickle.loads(pickle.dumps(stream_words))  # noqa: S301 - our own bytes
    assert restored is stream_words


def test_partials_and_builtins_may_be_observed(spans: Spans) -> None:
    assert tacit.observe(name="add")(functools.partial(lambda a, b: a + b, 1))(2) == 3
    assert tacit.observe(max)(3, 4) == 4
    assert [span.name for span in spans.all()] == ["add", "max"]


def test_a_partial_is_called_as_what_it_completes(spans: Spans) -> None:
    async def add(first: int, second: int) -> int:
        return first + second

    assert asyncio.run(tacit.observe(functools.partial(add, 1))(2)) == 3
    assert spans.only().name == "add"
    assert read_arguments(spans.only()) == {"second": 2}
    assert spans.only().attributes["tacit.output"] == "3"


def test_instances_that_are_called_are_observed_by_what_their_method_is(spans: Spans) -> None:
    class Plain:
        def __call__(self, question: str) -> str:
            return question

    class Slow:
        async def __call__(self, question: str) -> str:
            await asyncio.sleep(0)
            return question

    class Streaming:
        def __call__(self, question: str) -> Iterator[str]:
            yield from question

    assert tacit.observe(Plain())("a") == "a"
    slow = tacit.observe(Slow())
    assert inspect.iscoroutinefunction(slow)
    assert asyncio.run(slow("b")) == "b"
    assert "".join(tacit.observe(Streaming())("cd")) == "cd"
    assert [span.name for span in spans.all()] == ["Plain", "Slow", "Streaming"]
    assert [span.attributes["tacit.output"] for span in spans.all()] == ["a", "b", "cd"]
    assert [read_arguments(span) for span in spans.all()] == [{"question": "a"}, {"question": "b"}, {"question": "cd"}]


def test_a_coroutine_that_a_plain_function_gives_back_is_observed_until_it_ends(spans: Spans) -> None:
    async def ask(question: str) -> str:
        return f"{question} {tacit.current_trace_id()}"

    observed = tacit.observe(name="ask")(lambda question: ask(question))
    answer = asyncio.run(observed("why"))
    assert answer == f"why {trace.format_trace_id(spans.only().context.trace_id)}"
    assert spans.only().attributes["tacit.output"] == answer

    failing = tacit.observe(name="fail")(lambda: ask(1 / 0))  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        failing()
    assert spans.named("fail").attributes["tacit.outcome"] == "error"


def test_static_and_class_methods_may_be_observed_on_either_side(spans: Spans) -> None:
    class Bot:
        @classmethod
        @tacit.observe
        def greet(cls, name: str) -> str:
            return f"{cls.__name__} {name}"

        @tacit.observe(name="shout")
        @staticmethod
        async def shout(text: str) -> str:
            return text.upper()

    assert Bot.greet("you") == Bot().greet("you") == "Bot you"
    assert asyncio.run(Bot.shout("hey")) == asyncio.run(Bot().shout("hey")) == "HEY"
    assert [read_arguments(span) for span in spans.all()] == [{"name": "you"}] * 2 + [{"text": "hey"}] * 2


def test_a_class_is_refused_with_advice() -> None:
    with pytest.raises(TypeError, match="observe its methods"):
        tacit.observe(dict)


def test_content_is_not_written_where_it_is_not_wanted(spans: Spans) -> None:
    @tacit.observe(capture_input=False)
    def answer(question: str) -> str:
        return "public"

    @tacit.observe(capture_output=False)
    async def ask(question: str) -> str:
        return "secret"

    @tacit.observe(capture_input=False, capture_output=False)
    def stream(question: str) -> Iterator[str]:
        yield "secret"

    answer("secret")
    asyncio.run(ask("public"))
    assert list(stream("secret")) == ["secret"]
    assert [sorted(set(span.attributes) & {"tacit.arguments", "tacit.output"}) for span in spans.all()] == [
        ["tacit.output"],
        ["tacit.arguments"],
        [],
    ]
    assert "secret" not in "".join(span.to_json() for span in spans.all())


def hide_numbers(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def test_texts_are_redacted_wherever_they_stand(spans: Spans) -> None:
    @tacit.observe(redact=hide_numbers)
    def answer(messages: list[dict[str, str]], card: str) -> dict[str, list[str]]:
        return {"n1": ["card 4111", "ok"]}

    @tacit.observe(redact=hide_numbers)
    def stream(question: str) -> Iterator[str]:
        yield "code 1"
        yield "23"

    @tacit.observe(redact=hide_numbers)
    def fail() -> None:
        raise ValueError("card 4111")

    answer([{"content": "my card is 4111"}], card="4111")
    assert list(stream("code 9")) == ["code 1", "23"]
    with pytest.raises(ValueError, match="4111"):
        fail()
    answered, streamed, failed = spans.all()
    assert read_arguments(answered) == {"messages": [{"content": "my card is #"}], "card": "#"}
    assert answered.attributes["tacit.output"] == '{"n1":["card #","ok"]}'
    assert read_arguments(streamed) == {"question": "code #"}
    assert streamed.attributes["tacit.output"] == "code #"
    assert failed.status.description == "ValueError: card #"
    assert "4111" not in failed.to_json()


def refuse(text: str) -> str:
    raise ValueError("refused")


@pytest.mark.parametrize("redact", [refuse, len])
def test_content_that_cannot_be_redacted_is_not_written(
    spans: Spans, caplog: pytest.LogCaptureFixture, redact: Any
) -> None:
    @tacit.observe(redact=redact)
    def answer(question: str) -> str:
        return "secret"

    @tacit.observe(redact=redact)
    def stream(question: str) -> Iterator[str]:
        yield "secret"

    @tacit.observe(redact=redact)
    def fail() -> None:
        raise ValueError("secret")

    assert answer("secret") == "secret"
    assert list(stream("secret")) == ["secret"]
    with pytest.raises(ValueError, match="secret"):
        fail()
    assert [span.attributes["tacit.outcome"] for span in spans.all()] == ["completed", "completed", "error"]
    assert "secret" not in "".join(span.to_json() for span in spans.all())
    assert "could not record" in caplog.text


def test_arguments_are_those_of_the_call_whatever_becomes_of_them(spans: Spans) -> None:
    @tacit.observe
    def answer(messages: list[str]) -> str:
        messages.append("answer")
        return "answer"

    answer(["question"])
    assert read_arguments(spans.only()) == {"messages": ["question"]}


def test_a_member_of_an_enumeration_of_texts_is_its_value(spans: Spans) -> None:
    class Role(str, Enum):  # noqa: UP042 - what apps have
        USER = "user"

    @tacit.observe
    def repeat(role: Role) -> Role:
        return role

    assert repeat(Role.USER) is Role.USER
    assert read_arguments(spans.only()) == {"role": "user"}
    assert spans.only().attributes["tacit.output"] == "user"


def test_a_call_that_is_not_sampled_runs_and_its_arguments_are_not_read(spans: Spans) -> None:
    class Unreadable:
        def __repr__(self) -> str:
            raise AssertionError("read")

    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    tacit.configure(tracer_provider=provider)
    observed = tacit.observe(lambda given: given)
    given = Unreadable()
    assert observed(given) is given


def test_unreadable_arguments_do_not_reach_the_app(spans: Spans) -> None:
    class Unreadable:
        def __repr__(self) -> str:
            raise RuntimeError("unreadable")

    @tacit.observe
    def answer(question: object) -> object:
        return question

    given = Unreadable()
    assert answer(given) is given
    assert read_arguments(spans.only()) == {"question": "<Unreadable>"}


def test_a_wrong_call_raises_what_it_always_raised(spans: Spans) -> None:
    @tacit.observe
    def answer(question: str) -> str:
        return question

    with pytest.raises(TypeError, match="takes 1 positional argument but 3 were given"):
        answer("a", "b", "c")  # type: ignore[call-arg]


def test_public_names_agree_with_all() -> None:
    assert all(getattr(tacit, name) for name in tacit.__all__)
    from_elsewhere = {"Any", "Final", "TYPE_CHECKING"}
    public = {name for name in vars(tacit) if name[0] != "_" and not inspect.ismodule(vars(tacit)[name])}
    # `tacit.feedback` is both the function and the module that it comes from; the function wins.
    assert public - from_elsewhere == set(tacit.__all__)
    assert tacit.__all__ == sorted(tacit.__all__)
    assert set(tacit.__all__) <= set(dir(tacit))
    with pytest.raises(AttributeError, match="no attribute 'observer'"):
        tacit.observer  # type: ignore[attr-defined]  # noqa: B018
    assert callable(tacit.feedback)
