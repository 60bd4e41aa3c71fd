"""Two answers beside each other, and what an answer was made with: what the pure view models promise for any input."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.pages.markdown import MAX_CHARACTERS, MOST_BRACKETS, render_markdown
from feedback.pages.word_diff import MOST_CHARACTERS, Piece, compare_words
from feedback.pages.workings import read_thought, write_line

TEXTS = st.text(alphabet="ab .\n,é") | st.text()


def join(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


def keep(pieces: tuple[Piece, ...]) -> list[str]:
    """The characters that stayed, without white space."""
    return re.findall(r"\S", join(tuple(piece for piece in pieces if not piece.is_changed)))


@given(TEXTS, TEXTS)
def test_the_pieces_of_a_diff_are_both_texts_and_the_same_words_stay_in_both(old: str, new: str) -> None:
    diff = compare_words(old, new)
    assert diff is not None
    assert (join(diff.old), join(diff.new)) == (old, new)
    assert keep(diff.old) == keep(diff.new)
    assert 0 <= diff.alike <= 1


def test_only_the_words_that_differ_are_marked() -> None:
    diff = compare_words("Take the red one.  Ok?", "Please take the\nblue one. Ok?")
    assert diff is not None
    assert [piece.text for piece in diff.old if piece.is_changed] == ["Take", "red"]
    assert [piece.text for piece in diff.new if piece.is_changed] == ["Please take", "blue"]
    assert (diff.went, diff.came) == (2, 3)


@pytest.mark.parametrize("old", ["a b " * 4_000, "." * MOST_CHARACTERS, "x" * MOST_CHARACTERS, "one two.\n" * 3_000])
def test_long_answers_are_compared_as_far_as_time_allows(old: str) -> None:
    diff = compare_words(old, f"b {old[:-9]} c")
    assert diff is None or join(diff.old) == old
    assert compare_words("x" * (MOST_CHARACTERS + 1), "y") is None


def test_code_is_coloured_by_the_language_that_it_names() -> None:
    html = render_markdown("```python\ndef f(): return '<b>'\n```")
    assert '<pre data-language="python">' in html
    assert '<span class="k">def</span>' in html
    assert "&lt;b&gt;" in html


@pytest.mark.parametrize("name", ["nothing-known", '"><script>', "\u202epython", "x" * 500, "", "../../etc"])
def test_code_of_no_known_language_stays_plain(name: str) -> None:
    assert render_markdown(f"```{name}\n<b>\n```") == "<pre><code>&lt;b&gt;\n</code></pre>\n"


def test_a_link_says_where_it_leads_unless_its_words_do() -> None:
    html = render_markdown("[your bank](https://evil.example/x) and [bank.example](https://bank.example)")
    assert '<span class="leads-to">(evil.example)</span>' in html
    assert html.count("leads-to") == 1
    assert html.count('rel="noopener noreferrer nofollow"') == 2
    assert "(evil.example)" in render_markdown("[https://bank.example/evil.example](https://evil.example)")


def test_formulas_stay_as_they_were_written() -> None:
    assert "\\(a_1 * b *c*\\)" in render_markdown("so \\(a_1 * b *c*\\) holds")
    assert "$$x_i*y*$$" in render_markdown("\\( open\n\n$$x_i*y*$$")
    assert "<em>c</em>" in render_markdown("\\(a *c*")


@pytest.mark.parametrize("bad", ["[", "\\(", "$$ ", "![", "[a](b", "*a_", "`", "> ", "- "])
def test_markdown_made_to_be_slow_is_not(bad: str) -> None:
    assert render_markdown((bad * MAX_CHARACTERS)[: MOST_BRACKETS * 6])


def test_arguments_are_told_on_a_line() -> None:
    assert write_line({"text": "x" * 500}).endswith("…")
    assert "\n" not in write_line({"a": "b\nc", "d": [1, {"e": None}]})
    assert write_line(["a"]) == '["a"]'


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"type": "reasoning", "content": "So."}, ["So."]),
        ({"type": "thinking", "thinking": "So."}, ["So."]),
        ({"type": "reasoning", "summary": [{"type": "summary_text", "text": "So."}, 3]}, ["So."]),
        ({"type": "redacted_thinking", "data": "xyz"}, [""]),
    ],
)
def test_thoughts_are_read_wherever_they_stand(part: dict[str, object], told: list[str]) -> None:
    assert read_thought(part) == told
