"""Stand-ins tell how long a text was and whether two were the same, and nobody can write one."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tracing.texts.hiding import Hider
from tracing.texts.stand_ins import (
    STAND_IN,
    blank,
    count_characters,
    describe,
    drop_marks,
    is_kept,
    stand_in,
)

SECRET = b"secret"
TEXTS = st.text(min_size=1)


@given(TEXTS)
def test_a_stand_in_tells_the_length_and_nothing_else(text: str) -> None:
    stands = stand_in(drop_marks(text), SECRET)
    assert STAND_IN.fullmatch(stands)
    assert not is_kept(stands)
    assert count_characters(stands) == len(drop_marks(text).strip())
    assert blank(stands) == ""
    assert stand_in(stands, SECRET) == stands


def test_the_same_words_have_the_same_stand_in_in_one_project_alone() -> None:
    assert stand_in("Where is  it?\n", SECRET)[-18:] == stand_in("Where is it?", SECRET)[-18:]
    assert stand_in("Where is it?", SECRET) != stand_in("Where is he?", SECRET)
    assert stand_in("Where is it?", SECRET) != stand_in("Where is it?", b"another")


@given(TEXTS)
def test_what_comes_in_never_looks_like_a_stand_in(text: str) -> None:
    assert is_kept(drop_marks(text))


def test_a_stand_in_that_somebody_writes_is_none() -> None:
    for forged in ("\ufdd012\ufdd1", r'{"content": "\ufdd012\ufdd1"}', r"\uFDD012\uFdD1"):
        assert is_kept(drop_marks(forged).encode().decode("unicode_escape"))


def test_programs_read_how_long_a_text_was() -> None:
    assert describe(f"{stand_in('x' * 1234, SECRET)} and more") == "[text not kept: 1,234 characters] and more"
    assert describe("as it was said") == "as it was said"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.text(min_size=1), st.text())
def test_any_attribute_can_be_hidden_and_stays_hidden(key: str, value: str) -> None:
    hider = Hider(SECRET)
    once = hider.hide_attribute(key, drop_marks(value))
    assert hider.hide_attribute(key, once) == once


@given(JSON)
def test_a_secret_of_two_words_is_found_nowhere(value: object) -> None:
    text = json.dumps({"messages": [{"role": "user", "content": "blue herring"}], "other": value, "blue herring": 1})
    assert "herring" not in Hider(SECRET).hide_attribute("input.value", drop_marks(text))
