"""What a row may call."""

from dataclasses import replace
from typing import Any

from feedback.datasets.row_steps import call_undeclared
from tests.feedback.datasets.outlining import make_record
from tracing.generations import Message, ToolCall

WEIGH = {"type": "function", "function": {"name": "weigh", "parameters": {"type": "object"}}}
SEARCH = {"type": "web_search"}


def call(name: str) -> tuple[Message, Message]:
    return (
        Message("assistant", "", tool_calls=(ToolCall("a", name, {}),)),
        Message("tool", "told", tool_call_id="a"),
    )


def judge(*prompt: Message, tools: tuple[dict[str, Any], ...] = (WEIGH,), answer: Message | None = None) -> bool:
    record = make_record("?", "An answer.", tools=tools)
    return call_undeclared(
        replace(record, prompt=prompt or record.prompt, completion=(answer,) if answer else record.completion)
    )


def test_a_call_has_to_be_of_a_tool_that_was_told() -> None:
    user = Message("user", "How heavy is it?")
    assert not judge(user, *call("weigh"))
    assert judge(user, *call("feed"))
    assert judge(user, answer=call("feed")[0])
    assert judge(user, *call("web_search"), tools=(WEIGH, SEARCH))


def test_earlier_turns_may_have_had_other_tools() -> None:
    assert not judge(Message("user", "Feed it."), *call("feed"), Message("assistant", "Done."), Message("user", "And?"))


def test_where_no_tool_was_told_nobody_knows() -> None:
    assert not judge(Message("user", "Feed it."), *call("feed"), tools=())
    assert not judge(Message("user", "Find it."), *call("web_search"), tools=(SEARCH,))
