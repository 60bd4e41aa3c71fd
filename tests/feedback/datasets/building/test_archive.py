"""Records on the disk."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.datasets.building.archive import decode_record, encode_record
from feedback.datasets.record import Provenance, Record
from tests.examples import count_examples
from tracing.generations import Message, ToolCall

PROVENANCE = Provenance("c1", 0, "t", "s", "thumbs:up", 1.0)
TEXTS = st.text(max_size=12) | st.sampled_from(["\u2028", "\ud800", "\r\n", "\0", "</script>", '"\\u0041'])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=3)
CALLS = st.builds(ToolCall, TEXTS, TEXTS, OBJECTS)
MESSAGES = st.builds(
    Message,
    st.sampled_from(["system", "user", "assistant", "tool"]),
    TEXTS,
    st.lists(OBJECTS, max_size=2).map(tuple),
    st.lists(CALLS, max_size=2).map(tuple),
    TEXTS,
    TEXTS,
)
MANY = st.lists(MESSAGES, max_size=3).map(tuple)


def make_record(**fields: Any) -> Record:
    known: dict[str, Any] = {
        "prompt": (Message("user", "hi"),),
        "completion": (Message("assistant", "hello"),),
        "tools": (),
        "provenance": PROVENANCE,
        "user_id": "u",
        "time_ns": 5,
    }
    return Record(**known | fields)


@settings(max_examples=count_examples(100), deadline=None)
@given(MANY, MANY, MANY, st.lists(OBJECTS, max_size=2), st.sampled_from([True, False, None]), TEXTS)
def test_a_record_reads_back_equal_in_one_line(
    prompt: Any, completion: Any, rejected: Any, tools: Any, label: bool | None, text: str
) -> None:
    record = Record(
        prompt,
        completion,
        tuple(tools),
        replace(PROVENANCE, conversation_id=text, pair_rule="edited", weight=0.1),
        user_id=text,
        time_ns=2**62,
        label=label,
        rejected=rejected,
        model=text,
        margin=0.3,
        replaced={"email": 2},
    )
    line = encode_record(record)
    assert line is not None
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_record(line) == record


@pytest.mark.parametrize(
    "tool", [{"x": float("nan")}, {"x": float("inf")}, {1: "x"}, {"x": b"bytes"}, {"x": {1, 2}}, {"x": "\ud83d\ude00"}]
)
def test_what_json_cannot_hold_is_refused(tool: Any) -> None:
    assert encode_record(make_record(tools=(tool,))) is None


def test_endless_values_are_refused() -> None:
    endless: dict[str, Any] = {}
    endless["itself"] = endless
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert encode_record(make_record(tools=(endless,))) is None
    assert encode_record(make_record(tools=({"x": deep},))) is None


def test_what_is_known_of_a_user_is_in_no_file() -> None:
    record = make_record(identity=(("name", "Ada Lovelace"),))
    line = encode_record(record)
    assert line is not None
    assert b"Lovelace" not in line
    assert decode_record(line) == replace(record, identity=())
