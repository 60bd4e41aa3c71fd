"""Evaluation sets are read in the shapes in which people have them."""

import json
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.datasets.weighing.evaluation_texts import LONGEST_LINE, UnreadableTexts, read_texts


def read(text: str) -> list[str]:
    return [each.strip() for each in read_texts(StringIO(text, newline=""))]


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("", []),
        ("one text\n\n  another, with comma \n", ["one text", "another, with comma"]),
        ('{"question": "q1", "answer": "a1", "id": 3}\n{"question": "q2"}\n', ["q1", "a1", "q2"]),
        ('"one"\n', ['"one"']),
        ('["one", {"x": ["two", null]}]', ["one", "two"]),
        ('[\n  {"q": "one"},\n  {"q": "two"}\n]\n', ["one", "two"]),
        ('{\n "tests": [{"vars": {"q": "one"}, "assert": [{"value": "two"}]}]\n}', ["one", "two"]),
        ('\ufeff{"q": "one"}', ["one"]),
        ("[note] this is text\n[again] so is this", ["[note] this is text", "[again] so is this"]),
        (
            'id,question\r\n1,"what, now?"\r\n2,"two\nlines"\r\n',
            ["id", "question", "1", "what, now?", "2", "two\nlines"],
        ),
        ("Hello, you\nOne line without\nTwo, three, four", ["Hello, you", "One line without", "Two, three, four"]),
        ('{"q": "a\u2028b"}', ["a\u2028b"]),
    ],
)
def test_files_are_known_by_what_stands_in_them(text: str, texts: list[str]) -> None:
    assert read(text) == texts


def test_of_messages_counts_what_is_said_but_no_instructions() -> None:
    messages = [
        {"role": "system", "content": "Be kind."},
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "one"}]},
        {"role": "assistant", "content": "two"},
    ]
    assert [text for text in read(json.dumps({"messages": messages})) if text != "text"] == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"q": "one"}\n{"q": "tw', "Line 2 is no JSON"),
        ("{ not json\nat all", "Line 1 begins like JSON"),
        ("x" * (LONGEST_LINE + 1), "Line 1 has more than"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, words: str) -> None:
    with pytest.raises(UnreadableTexts, match=words):
        read(text)


def test_deep_nesting_is_no_crash() -> None:
    assert read("[" * 100_000) == ["[" * 100_000]
    with pytest.raises(UnreadableTexts):
        read('{"a":' * 100_000)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        texts = read(text)
    except UnreadableTexts:
        return
    assert all(texts) or not any(texts)


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.text(min_size=1, max_size=20), max_size=3), min_size=1, max_size=5)
)
def test_json_lines_give_all_their_texts(rows: list[dict[str, str]]) -> None:
    lines = [json.dumps(row) + "\n" for row in rows]
    said = [text for row in rows if "role" not in row or "content" not in row for text in row.values() if text.strip()]
    assert list(read_texts(lines)) == said
