"""Any object gives valid JSON that can be sent, and nothing raises."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tacit.serialisation import LENGTH_LIMIT, encode_arguments, encode_json


class Colour(Enum):
    RED = "red"


@dataclass
class Page:
    number: int
    path: Path


class Model:
    """Shaped as pydantic's."""

    def model_dump(self) -> dict[str, Any]:
        return {"role": "assistant"}


class Broken:
    """Nothing about it can be asked."""

    def __repr__(self) -> str:
        raise RuntimeError

    def __getattribute__(self, name: str) -> object:
        if name.startswith("__"):
            return super().__getattribute__(name)
        raise RuntimeError(name)


class BrokenMapping(dict[str, str]):
    def items(self) -> NoReturn:
        raise RuntimeError


def refuse_constant(constant: str) -> float:
    raise AssertionError(f"{constant} is not JSON")


def decode(text: str) -> Any:
    text.encode("utf-8")
    return json.loads(text, parse_constant=refuse_constant)


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters()),  # surrogates included
    st.binary(),
    st.complex_numbers(),
    st.datetimes(),
    st.builds(Broken),
    st.builds(BrokenMapping, st.just({"a": "b"})),
    st.builds(Model),
    st.builds(pow, st.just(10), st.just(5_000)),  # more digits than Python writes
    st.sampled_from([Colour.RED, object(), int, len, -(2**70)]),
)
HASHABLE = st.one_of(st.none(), st.integers(), st.floats(), st.text(st.characters()), st.tuples(st.integers()))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner), st.dictionaries(HASHABLE, inner), st.sets(HASHABLE), st.tuples(inner, inner)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_any_object_gives_valid_json(value: object) -> None:
    decode(encode_json(value))


@given(st.dictionaries(st.text(min_size=1), VALUES, max_size=4))
def test_any_arguments_give_an_object_with_their_names(arguments: dict[str, object]) -> None:
    assert len(decode(encode_arguments(arguments))) == len(arguments)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("héllo", "héllo"),
        ({"a": [1, 2.5, None, True]}, {"a": [1, 2.5, None, True]}),
        (float("nan"), "nan"),
        ({(1, 2): 3}, {"(1, 2)": 3}),
        ({"pages": {1}}, {"pages": [1]}),
        (b"bytes", "bytes"),
        (Colour.RED, "red"),
        (Page(3, Path("a/b")), {"number": 3, "path": "a/b"}),
        (Model(), {"role": "assistant"}),
        (Decimal("1.50"), "1.50"),
        (date(2026, 1, 2), "2026-01-02"),
        ("lone \ud800", "lone ?"),
        (Broken(), "<Broken>"),
    ],
)
def test_values_keep_their_meaning(value: object, expected: object) -> None:
    assert decode(encode_json(value)) == expected


def test_what_holds_itself_ends_somewhere() -> None:
    loop: list[Any] = []
    loop += [loop, loop]
    assert len(encode_json(loop)) < LENGTH_LIMIT


def test_arguments_that_are_too_long_are_cut_each_to_its_share() -> None:
    text = encode_arguments({"question": "short", "document": "x" * 3 * LENGTH_LIMIT})
    arguments = decode(text)
    assert len(text) <= LENGTH_LIMIT
    assert arguments["question"] == "short"
    assert arguments["document"].endswith("x…")
