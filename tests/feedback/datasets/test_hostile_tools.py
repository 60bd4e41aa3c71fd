"""Whatever a trace says of tools: a dataset is built all the same, and what no consumer can read is left out."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.datasets import FORMATS
from tests.examples import count_examples
from tests.feedback.datasets.dialogue import Dialogue, build
from tracing.generations import Message, ToolCall

NAMES = st.sampled_from(["f", "", "g h", "\ud800", "a" * 80, "<script>", "=1+1"])
ODD = st.sampled_from([float("nan"), float("inf"), 2**70, -0.0, "\u2028", "\ud83d", "\x00", "sk-ant-api03-x", "a@b.de"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | ODD,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=5,
)
KEYS = ("type", "name", "function", "parameters", "input_schema", "description", "strict")
FUNCTIONS = st.dictionaries(st.sampled_from(KEYS), VALUES | NAMES, max_size=4)
TOOLS = st.lists(
    FUNCTIONS | st.builds(lambda inner: {"type": "function", "function": inner}, FUNCTIONS | VALUES), max_size=3
)
ARGUMENTS = st.dictionaries(NAMES, VALUES, max_size=3)
PARTS = st.lists(st.dictionaries(st.sampled_from(["type", "text", "image_url"]), VALUES, max_size=2), max_size=2)


@st.composite
def agents(draw: st.DrawFn) -> Dialogue:
    """A conversation whose model called tools, each with its result."""
    calls = tuple(ToolCall(f"call_{n}", draw(NAMES), draw(ARGUMENTS)) for n in range(draw(st.integers(0, 2))))
    results = tuple(
        Message("tool", draw(st.text(max_size=5)), tool_call_id=call.id, name=draw(NAMES)) for call in calls
    )
    asks = Message("user", "Weather?", parts=tuple(draw(PARTS)))
    step = (Message("assistant", "", tool_calls=calls),) if calls else ()
    sent = {"input_messages": (asks, *step, *results), "tool_definitions": tuple(draw(TOOLS))}
    dialogue = Dialogue().ask("Weather?", "It rains, as it did the whole week.", "It is dry.", **sent)
    return dialogue.thumb(0, "up").notice(0, "regeneration", attempt=0)


@settings(max_examples=count_examples(25), deadline=None)
@given(agents(), st.sampled_from(list(FORMATS)))
def test_any_tool_is_written_as_it_is_or_left_out_with_a_reason(agent: Dialogue, format_name: str) -> None:
    plain = Dialogue("c2", "u2").ask("When do you open?", "At noon.", "At nine.").thumb(0, "up")
    plain.notice(0, "regeneration", attempt=0)
    manifest: Any = build(format_name, agent, plain).manifest
    funnel = manifest["funnel"]["steps"]
    assert manifest["rows"] >= len(manifest["parts"])
    assert funnel[0]["in"] - manifest["rows"] == sum(sum(step["dropped"].values()) for step in funnel)
