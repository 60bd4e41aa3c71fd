"""What is taken for a comparison, and what is said of what is none."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.comparisons.comparison import NAME, ComparisonError, read_comparison, tell_kind
from feedback.explicit import Feedback

TOLD: dict[str, Any] = {"a": {"model": "gpt-5"}, "b": {"message_id": "m-2"}, "shown": ["b", "a"]}


def make(label: str = "a", annotator_kind: str = "HUMAN", **metadata: Any) -> Feedback:
    return Feedback(1, "x", NAME, 0, label=label, annotator_kind=annotator_kind, metadata={**TOLD, **metadata})


def test_sides_are_named_by_ids_or_by_attributes() -> None:
    told = read_comparison(make(a={"trace_id": "AB" * 16, "temperature": 0.2, "tools": True, "characters": 120}))
    assert told.a.trace_id == "ab" * 16
    assert told.a.attributes == {"temperature": "0.2", "tools": "true"}
    assert told.a.characters == 120
    assert told.b.message_id == "m-2"


@pytest.mark.parametrize("label", ["a", "b", "tie", "neither", "TIE"])
def test_an_outcome_is_one_of_four(label: str) -> None:
    assert read_comparison(make(label)).outcome == label.lower()


@pytest.mark.parametrize(("shown", "first"), [(["a", "b"], "a"), (["b", "a"], "b"), (None, "")])
def test_the_order_may_be_told(shown: Any, first: str) -> None:
    assert read_comparison(make(shown=shown)).first == first


@pytest.mark.parametrize(
    ("label", "metadata", "reason"),
    [
        ("up", {}, "`label`: 'up' is no outcome; send a, b, tie or neither."),
        ("a", {"a": None}, "`metadata.a`: say what A is"),
        ("a", {"b": "gpt-5"}, "`metadata.b`: say what B is"),
        ("a", {"a": {}}, "`metadata.a`: this names nothing"),
        ("a", {"a": {"characters": 3}}, "`metadata.a`: this names nothing"),
        ("a", {"a": {"trace_id": "12"}}, "`metadata.a.trace_id`: this is no id"),
        ("a", {"a": {"message_id": 7}}, "`metadata.a.message_id`: this is no id"),
        ("a", {"a": {"model": ["x"]}}, "`metadata.a.model`: send one line of text"),
        ("a", {"a": {"model": "x\ny"}}, "`metadata.a.model`: send one line of text"),
        ("a", {"a": {"model": "x" * 201}}, "`metadata.a.model`: send one line of text"),
        ("a", {"a": {"model": float("nan")}}, "`metadata.a.model`: send one line of text"),
        ("a", {"a": {"model": "x", "characters": -1}}, "`metadata.a.characters`: send how long the answer is"),
        ("a", {"a": {"model": "x", "characters": True}}, "`metadata.a.characters`: send how long the answer is"),
        ("a", {"a": {str(each): 1 for each in range(21)}}, "`metadata.a`: these are 21 attributes; at most 20."),
        ("a", {"shown": ["a"]}, '`metadata.shown`: send ["a", "b"] or ["b", "a"]'),
        ("a", {"shown": "ab"}, '`metadata.shown`: send ["a", "b"] or ["b", "a"]'),
    ],
)
def test_what_is_wrong_is_said(label: str, metadata: dict[str, Any], reason: str) -> None:
    with pytest.raises(ComparisonError) as error:
        read_comparison(make(label, **metadata))
    assert str(error.value).startswith(reason)


def test_what_programs_say_is_a_kind_of_its_own() -> None:
    assert [tell_kind(make(annotator_kind=each)) for each in ("HUMAN", "LLM", "CODE")] == [
        "explicit",
        "judge",
        "judge",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.text(max_size=8), st.dictionaries(st.sampled_from(["a", "b", "shown", "x"]), JSON))
def test_whatever_is_sent_is_read_or_refused(label: str, metadata: dict[str, Any]) -> None:
    feedback = Feedback(1, "x", NAME, 0, label=label, metadata=metadata)
    with suppress(ComparisonError):
        assert read_comparison(feedback).outcome == label.lower()
