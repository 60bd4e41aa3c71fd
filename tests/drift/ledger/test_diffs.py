"""Diffs show what changed, and everything that changed."""

from hypothesis import given
from hypothesis import strategies as st

from drift.ledger.diffs import CONTEXT, MOST_LINES, Diff, KeyChange, Line, compare_objects, compare_texts

TEXTS = st.lists(st.sampled_from(["a b c", "a b d", "", "x", "y z", "«name» is here"]), max_size=12).map("\n".join)
VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def list_lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def rebuild(old: str, diff: Diff) -> list[str]:
    """The new lines: the old ones outside hunks, and what hunks say."""
    built, at = [], 0
    for hunk in diff.hunks:
        olds = [line.old_number for line in hunk if line.old_number]
        start = min(olds) - 1 if olds else len(list_lines(old))
        built += list_lines(old)[at:start]
        built += ["".join(p.text for p in line.parts if p.kind != "removed") for line in hunk if line.new_number]
        at = max(olds, default=start)
    return built + list_lines(old)[at:]


@given(TEXTS, TEXTS)
def test_the_old_text_with_its_hunks_is_the_new_text(old: str, new: str) -> None:
    assert rebuild(old, compare_texts(old, new)) == list_lines(new)


def test_a_changed_word_stands_in_its_line_between_lines_that_stayed() -> None:
    old = "\n".join(f"line {number}" for number in range(9)) + "\nAnswer politely to «name».\nEnd"
    diff = compare_texts(old, old.replace("politely", "warmly"))
    [hunk] = diff.hunks
    assert [line.kind for line in hunk] == ["equal"] * CONTEXT + ["changed", "equal"]
    assert [(part.kind, part.text) for part in hunk[CONTEXT].parts] == [
        ("equal", "Answer "),
        ("removed", "politely"),
        ("added", "warmly"),
        ("equal", " to «name»."),
    ]
    assert (hunk[CONTEXT].old_number, hunk[CONTEXT].new_number) == (10, 10)


def test_lines_that_are_not_alike_are_a_removed_and_an_added_one() -> None:
    [hunk] = compare_texts("one two three", "alpha beta gamma delta").hunks
    assert [line.kind for line in hunk] == ["removed", "added"]


def test_texts_that_are_the_same_and_empty_ones() -> None:
    assert compare_texts("a", "a") == Diff((), False)
    assert compare_texts("", "") == Diff((), False)
    [[line]] = compare_texts("", "a").hunks
    assert isinstance(line, Line)
    assert line.kind == "added"


def test_what_is_shown_is_bounded() -> None:
    diff = compare_texts("\n".join(f"old {n}" for n in range(3_000)), "\n".join(f"{n} new" for n in range(3_000)))
    assert diff.is_cut
    assert sum(len(hunk) for hunk in diff.hunks) == MOST_LINES
    hunks = compare_texts("a" * 100_000, "b" * 100_000).hunks
    assert 0 < max(len(part.text) for hunk in hunks for line in hunk for part in line.parts) <= 2_000


def test_objects_are_compared_key_by_key_and_tools_by_name() -> None:
    old = [{"name": "a", "description": "x", "parameters": {"n": {"type": "string"}}}, {"name": "b"}]
    new = [{"name": "c"}, {"name": "a", "description": "y", "parameters": {"n": {"type": "string"}}}]
    assert list(compare_objects(old, new)) == [
        KeyChange("a.description", "x", "y"),
        KeyChange("b", '{"name": "b"}', None),
        KeyChange("c", None, '{"name": "c"}'),
    ]
    assert list(compare_objects({"t": 1}, {"t": 1, "p": 0.5})) == [KeyChange("p", None, "0.5")]
    assert list(compare_objects([1, 2], [2, 1])) == [KeyChange("", "[1, 2]", "[2, 1]")]


@given(VALUES)
def test_an_object_does_not_differ_from_itself(value: object) -> None:
    assert list(compare_objects(value, value)) == []
