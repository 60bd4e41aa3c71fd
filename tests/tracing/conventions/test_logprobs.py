import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracing.conventions.logprobs import UNKNOWN, Certainty, measure_entropy, read_certainty

TOKENS = [{"logprob": -0.5}, {"logprob": -1.5}]


@pytest.mark.parametrize(
    "body",
    [
        {"choices": [{"logprobs": {"content": TOKENS}}, {"logprobs": {"content": [{"logprob": -9}]}}]},
        {"choices": [{"logprobs": {"token_logprobs": [None, -0.5, -1.5], "top_logprobs": [None, {"a": -0.5}, None]}}]},
        {"output": [{"type": "reasoning"}, {"content": [{"logprobs": TOKENS[:1]}, {"logprobs": TOKENS[1:]}]}]},
    ],
)
def test_mean_and_least_are_those_of_the_first_answer(body: dict[str, Any]) -> None:
    assert read_certainty(body) == Certainty(mean=-1.0, least=-1.5)


def test_gemini_sends_a_mean_alone() -> None:
    assert read_certainty({"candidates": [{"avgLogprobs": -0.25}]}) == Certainty(mean=-0.25)


def test_entropy_is_over_the_alternatives_that_were_sent() -> None:
    even = [{"logprob": -2.0}, {"logprob": -2.0}]
    token = {"logprob": -2.0, "top_logprobs": even}
    alone = {"logprob": 0, "top_logprobs": [{"logprob": 0}]}
    certainty = read_certainty({"choices": [{"logprobs": {"content": [token, alone]}}]})
    assert certainty.entropy == pytest.approx(math.log(2))
    assert measure_entropy({"a": -1.0, "b": -1.0, "c": -1.0}) == pytest.approx(math.log(3))


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"choices": 3},
        {"choices": [{"logprobs": None}]},
        {"output": [3, {"content": 3}]},
        {"candidates": [{}]},
    ],
)
def test_without_log_probabilities_nothing_is_known(body: Any) -> None:
    assert read_certainty(body) == UNKNOWN


NUMBERS = st.floats() | st.integers() | st.none() | st.text(max_size=2) | st.booleans()


@given(
    st.lists(
        st.fixed_dictionaries(
            {"logprob": NUMBERS, "top_logprobs": st.lists(st.fixed_dictionaries({"logprob": NUMBERS}))}
        )
    )
)
def test_certainty_is_finite_or_unknown(tokens: list[dict[str, Any]]) -> None:
    certainty = read_certainty({"choices": [{"logprobs": {"content": tokens}}]})
    told = [each for each in (certainty.mean, certainty.least, certainty.entropy) if each is not None]
    assert all(math.isfinite(each) for each in told)
    assert certainty.mean is None or certainty.least is None or certainty.least <= certainty.mean <= 0
