from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracing.conventions.usage import TOKEN_FIELDS, Usage, read_usage

COUNTS = st.none() | st.integers(-5, 10**20) | st.text(max_size=3) | st.floats() | st.lists(st.integers(), max_size=2)
COUNTERS = ["input", "output", "prompt_tokens", "input_tokens", "output_tokens", "completion_tokens"]
DETAILS = ["prompt_tokens_details", "cache_creation", "cached_tokens", "audio_tokens", "ephemeral_1h_input_tokens"]
OTHERS = ["input_cache_read", "output_reasoning", "promptTokenCount", "candidatesTokenCount", "cache_read_input_tokens"]
NAMES = st.sampled_from([*COUNTERS, *DETAILS, *OTHERS])
BODIES = st.dictionaries(NAMES, COUNTS | st.dictionaries(NAMES, COUNTS, max_size=3), max_size=6)


@pytest.mark.parametrize(
    ("body", "usage"),
    [
        ({"prompt_tokens": 31, "completion_tokens": 9}, Usage(31, 9)),
        (
            {
                "prompt_tokens": 31,
                "completion_tokens": 9,
                "prompt_tokens_details": {"cached_tokens": 16, "audio_tokens": 12},
                "completion_tokens_details": {"reasoning_tokens": 4, "audio_tokens": 3},
            },
            Usage(31, 9, 16, reasoning_tokens=4, audio_input_tokens=12, audio_output_tokens=3),
        ),
        (
            {
                "input_tokens": 33,
                "output_tokens": 9,
                "input_token_details": {"cache_read": 16, "cache_creation": 0, "ephemeral_1h_input_tokens": 2},
                "output_token_details": {"reasoning": 4},
            },
            Usage(33, 9, 16, 2, 2, 4),
        ),
        ({"input_tokens": 15, "cache_read_input_tokens": 16, "output_tokens": 9}, Usage(31, 9, 16)),
        (
            {"input": 15, "input_cached_tokens": 16, "input_audio_tokens": 2, "output": 5, "output_reasoning": 4},
            Usage(33, 9, 16, reasoning_tokens=4, audio_input_tokens=2),
        ),
        ({"input": 15, "input_priority": 15, "output": 9}, Usage(15, 9)),
        (
            {"prompt_token_count": 31, "candidates_token_count": 5, "thoughts_token_count": 4},
            Usage(31, 9, reasoning_tokens=4),
        ),
        ({}, Usage()),
        ("rubbish", Usage()),
        ([1], Usage()),
        (None, Usage()),
    ],
)
def test_tokens_are_counted_whoever_counts(body: Any, usage: Usage) -> None:
    assert read_usage(body) == usage


@given(BODIES)
def test_counts_are_whole_numbers_or_unknown(body: dict[str, Any]) -> None:
    usage = read_usage(body)
    for name in TOKEN_FIELDS:
        count = getattr(usage, name)
        assert count is None or (isinstance(count, int) and 0 <= count < 2**63)


def test_an_absurd_sum_is_unknown() -> None:
    largest = 2**63 - 1
    assert read_usage({"input_tokens": largest, "cache_read_input_tokens": largest}).input_tokens is None
