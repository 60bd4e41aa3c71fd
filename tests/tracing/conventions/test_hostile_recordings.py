"""Spans that are nearly what was recorded: readers never fail, and tell no span twice."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tracing.conventions.dialogues import load_recorded_spans
from tests.tracing.conventions.speaking import SPOKEN, speak
from tests.tracing.reading import read_all
from tests.tracing.recordings import DIRECTORY
from tracing.conventions import read_trace
from tracing.records.generations import to_columns
from tracing.spans import Span, Trace
from tracing.store import Store

RECORDINGS = sorted(path.name.removesuffix(".json.gz") for path in DIRECTORY.glob("*.json.gz"))
TEXTS = ["", "{}", "[]", "[[", "null", "NaN", '"text"', '{"a": 1}', "[3, null]"]
NUMBERS = [0, -1, 10**30, 1.5, float("nan"), float("inf"), True, False, None]
OBJECTS: list[Any] = [[], [None], ["x", 3], {}, {"content": 3}, {"role": 4, "content": [{"type": []}]}]
STRANGE = st.sampled_from([*TEXTS, *NUMBERS, *OBJECTS])
Change = tuple[int, int, int, Any]
"""Places of a span and of an attribute of it, what is done to it, and what it may become."""
CHANGES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 3), STRANGE), max_size=12)


def change(spans: list[Span], changes: list[Change]) -> list[Span]:
    changed = list(spans)
    for place, name_place, kind, strange in changes:
        span = changed[place % len(changed)]
        names = sorted(span.attributes)
        if names:
            name = names[name_place % len(names)]
            changed[place % len(changed)] = replace(span, attributes=edit(dict(span.attributes), name, kind, strange))
    return changed


def edit(attributes: dict[str, Any], name: str, kind: int, strange: Any) -> dict[str, Any]:
    value = attributes.pop(name)
    if kind == 1:
        attributes[name] = strange
    elif kind == 2 and isinstance(value, str):
        attributes[name] = value[: len(value) // 2]
    elif kind == 3 and isinstance(value, str):
        attributes[name] = shake(value, strange)
    return attributes


def shake(text: str, strange: Any) -> str:
    """JSON with its first value replaced."""
    try:
        value = json.loads(text)
    except ValueError:
        return text + text
    if isinstance(value, dict) and value:
        value[next(iter(value))] = strange
    elif isinstance(value, list) and value:
        value[0] = strange
    return json.dumps(value)


def check(spans: list[Span]) -> None:
    trace = Trace(spans)
    calls = read_trace(trace).generations
    told = [span_id for call in calls for span_id in (call.span_id, *call.other_span_ids)]
    assert len(told) == len(set(told))
    assert set(told) <= set(trace.by_id)
    assert to_columns(calls, 1)["span_id"] == [call.span_id for call in calls]


@pytest.mark.parametrize("recording", RECORDINGS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(changes=CHANGES, which=st.integers(0, 100))
def test_a_recording_with_damaged_attributes_is_read(
    migrated_store: Store, recording: str, changes: list[Change], which: int
) -> None:
    spans = load_recorded_spans(migrated_store, recording)
    trace_ids = sorted({span.trace_id for span in spans})
    trace_id = trace_ids[which % len(trace_ids)]
    check(change([span for span in spans if span.trace_id == trace_id], changes))


@pytest.mark.parametrize("convention", sorted(SPOKEN))
@given(changes=CHANGES)
def test_a_call_with_damaged_attributes_is_read(convention: str, changes: list[Change]) -> None:
    check(change([speak(convention), speak(convention, 2, 1)], changes))


@pytest.mark.parametrize("convention", sorted(SPOKEN))
@pytest.mark.parametrize("strange", [None, 3, "[[", [], {}, True, [None], {"a": [1]}, float("nan")], ids=repr)
def test_a_call_all_of_whose_values_are_strange_is_read(convention: str, strange: Any) -> None:
    attributes, _ = SPOKEN[convention]
    for name in attributes:
        read_all(speak(convention, **{name: strange}))
    read_all(speak(convention, **dict.fromkeys(attributes, strange)))
