import re

from hypothesis import given
from hypothesis import strategies as st

from feedback.reactions.pasted import _PASTED, MAX_CHARACTERS, blank_pasted


@given(st.text(alphabet=st.sampled_from('ab`"“”>;|\n\t 😭') | st.characters(codec="utf-8"), max_size=300))
def test_every_character_keeps_its_place(text: str) -> None:
    own = blank_pasted(text)
    assert len(own) == len(text)
    assert all(kept in (given_, " ") for kept, given_ in zip(own, text, strict=True))


def test_code_logs_tables_links_and_quotations_go() -> None:
    pasted = [
        "```py\nboom\n```",
        "`boom`",
        "> boom",
        "https://boom.example/x",
        '  File "boom.py", line 3',
        "    at boom (x.js:1)",
        "2026-11-02 10:00:01 boom",
        "ValueError: boom",
        "[ERROR] boom",
        "boom;2;3;4",
        "| boom | 2 |",
        "“boom”",
        "«boom»",
    ]
    for each in pasted:
        assert "boom" not in blank_pasted(f"look:\n{each}\nwhy?"), each


def test_own_words_stay() -> None:
    text = "I don't get an error any more, it's 5\" wide; that's it"
    assert blank_pasted(text) == text


def test_a_fence_that_never_closes_ends_with_the_message() -> None:
    assert blank_pasted("why?\n```\nboom").split() == ["why?"]


def test_very_long_messages_are_cut() -> None:
    assert len(blank_pasted("word " * MAX_CHARACTERS)) == MAX_CHARACTERS


def test_half_a_surrogate_does_no_harm() -> None:
    assert blank_pasted("a\ud800b") == "a?b"


@given(st.text(alphabet='abAT \t\n`>:/w.Wh;|"“”«»„「」[(]{}0123456789-FileERROR', max_size=80))
def test_no_pattern_is_passed_over_where_it_would_blank_something(text: str) -> None:
    every = text
    for _, pattern in _PASTED:
        every = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), every)
    assert blank_pasted(text) == every
