"""Model calls say which prompt they were made with, and what was filled into it."""

import asyncio
import json
import logging

import pytest
import tacit

from .conftest import Spans

KEYS = (
    "gen_ai.prompt.name",
    "llm.prompt_template.version",
    "llm.prompt_template.template",
    "llm.prompt_template.variables",
)
TEMPLATE = "Be kind. {{ documents }}\n\nQuestion: {{question}}"
VARIABLES = {"question": "Why {{documents}}?", "documents": ["a", "b"]}


def support() -> tacit.prompt:
    return tacit.prompt("support", version=3, template=TEMPLATE, variables=VARIABLES)


def test_the_text_is_rendered_once_and_values_are_no_templates() -> None:
    with support() as text:
        assert text == 'Be kind. ["a","b"]\n\nQuestion: Why {{documents}}?'


def test_calls_inside_carry_the_prompt_and_its_variables(spans: Spans) -> None:
    tracer = spans.provider.get_tracer("opentelemetry.instrumentation.somebody")
    with support():
        tracer.start_span("chat").end()
    tracer.start_span("afterwards").end()
    attributes = spans.named("chat").attributes
    assert [attributes[key] for key in KEYS[:3]] == ["support", "3", TEMPLATE]
    assert json.loads(attributes[KEYS[3]]) == VARIABLES
    assert not set(KEYS) & set(spans.named("afterwards").attributes)


def test_requests_beneath_a_call_do_not_repeat_it_and_model_calls_do(spans: Spans) -> None:
    tracer = spans.provider.get_tracer("opentelemetry.instrumentation.somebody")
    chat = {"gen_ai.operation.name": "chat"}
    with (
        support(),
        tracer.start_as_current_span("agent"),
        tracer.start_as_current_span("chat", attributes=chat),
    ):
        tracer.start_span("POST").end()
    named = {span.name for span in spans.all() if KEYS[0] in span.attributes}
    assert named == {"agent", "chat"}


def test_an_observed_function_that_makes_the_call_itself_carries_its_first_prompt(spans: Spans) -> None:
    @tacit.observe(kind="llm")
    def answer() -> str:
        with support() as text, tacit.prompt("inner"):
            return text

    answer()
    assert spans.only().attributes["gen_ai.prompt.name"] == "support"


def test_async_with_and_threads_keep_it(spans: Spans) -> None:
    async def run() -> None:
        async with support():
            await asyncio.to_thread(lambda: spans.provider.get_tracer("somebody").start_span("chat").end())

    asyncio.run(run())
    assert spans.only().attributes["gen_ai.prompt.name"] == "support"


def test_a_variable_that_is_not_there_keeps_its_place_and_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), tacit.prompt("p", template="{{a}} {{b}}", variables={"a": 1}) as text:
        assert text == "1 {{b}}"
    assert "no variable 'b'" in caplog.text


def test_a_prompt_may_have_a_name_alone(spans: Spans) -> None:
    with tacit.prompt("p") as text:
        spans.provider.get_tracer("somebody").start_span("chat").end()
    assert text == ""
    assert dict(spans.only().attributes) == {"gen_ai.prompt.name": "p"}


def test_nothing_is_raised_whatever_is_given(spans: Spans) -> None:
    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError

        __repr__ = __str__

    hostile = Hostile()
    with tacit.prompt(hostile, hostile, "{{a}}", {"a": hostile}) as text:  # type: ignore[arg-type]
        spans.provider.get_tracer("somebody").start_span("chat").end()
    assert text == '"<Hostile>"'
    with tacit.prompt("p", template=hostile, variables=5) as text:  # type: ignore[arg-type]
        assert text == "<Hostile>"
    with tacit.prompt("p", template="{{a}}", variables=5) as text:  # type: ignore[arg-type]
        assert text == "{{a}}"
    assert spans.only().attributes["gen_ai.prompt.name"] == "<Hostile>"
