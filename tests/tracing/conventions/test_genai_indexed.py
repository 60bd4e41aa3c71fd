"""Older attributes, one for each field of each message, as OpenLLMetry wrote them until 0.4x."""

from typing import Any

from tests.tracing.reading import make_read_span, read_only
from tracing.generations import Message, ToolCall

ASKED: dict[str, Any] = {
    "llm.request.type": "chat",
    "gen_ai.system": "OpenAI",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "Be brief.",
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.1.content": "Weather in Paris?",
    "gen_ai.prompt.2.role": "assistant",
    "gen_ai.prompt.2.tool_calls.0.id": "t1",
    "gen_ai.prompt.2.tool_calls.0.name": "weather",
    "gen_ai.prompt.2.tool_calls.0.arguments": '{"city": "Paris"}',
    "gen_ai.prompt.3.role": "tool",
    "gen_ai.prompt.3.content": "21 degrees",
    "gen_ai.prompt.3.tool_call_id": "t1",
    "llm.request.functions.0.name": "weather",
    "llm.request.functions.0.description": "How warm it is",
    "llm.request.functions.0.parameters": '{"type": "object"}',
}
ANSWERED: dict[str, Any] = {
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "21 degrees.",
    "gen_ai.completion.0.finish_reason": "stop",
    "gen_ai.usage.prompt_tokens": 31,
    "gen_ai.usage.completion_tokens": 9,
}


def test_messages_and_tools_are_read() -> None:
    generation = read_only(make_read_span(1, ASKED | ANSWERED))
    call = ToolCall("t1", "weather", {"city": "Paris"})
    assert (generation.provider, generation.operation, generation.system_instructions) == (
        "openai",
        "chat",
        "Be brief.",
    )
    assert generation.input_messages == (
        Message("user", "Weather in Paris?"),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", "21 degrees", tool_call_id="t1"),
    )
    assert generation.output_messages == (Message("assistant", "21 degrees."),)
    assert (generation.user_text, generation.finish_reasons) == ("Weather in Paris?", ("stop",))
    assert (generation.input_tokens, generation.output_tokens) == (31, 9)
    assert generation.tool_definitions == (
        {"name": "weather", "description": "How warm it is", "parameters": {"type": "object"}},
    )


def test_messages_are_in_the_order_of_their_numbers() -> None:
    told = {f"gen_ai.prompt.{number}.content": str(number) for number in (10, 9, 0, 2)}
    generation = read_only(make_read_span(1, {"llm.request.type": "chat"} | told))
    assert [(each.role, each.content) for each in generation.input_messages] == [
        ("user", each) for each in ("0", "2", "9", "10")
    ]


def test_content_of_several_parts_is_read_as_such() -> None:
    content = '[{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "x"}}]'
    generation = read_only(
        make_read_span(1, ASKED | {"gen_ai.prompt.4.role": "user", "gen_ai.prompt.4.content": content})
    )
    assert generation.user_text == "What is this?"
    assert [part["type"] for part in generation.input_messages[-1].parts] == ["text", "image_url"]


def test_what_stands_in_todays_attributes_wins() -> None:
    today = '[{"role": "user", "parts": [{"type": "text", "content": "Now?"}]}]'
    generation = read_only(make_read_span(1, ASKED | {"gen_ai.input.messages": today}))
    assert [each.content for each in generation.input_messages] == ["Now?"]


def test_names_and_versions_of_prompts_are_no_messages() -> None:
    named = {"gen_ai.prompt.name": "order", "gen_ai.prompt.version": 3, "gen_ai.prompt.x.content": "no"}
    assert read_only(make_read_span(1, {"llm.request.type": "chat"} | named)).input_messages == ()
