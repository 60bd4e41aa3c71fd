import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.wishes.checking import CHECKS, check_form
from feedback.wishes.forms import FormWish, find_form_wishes, find_standing_form_wishes


@pytest.mark.parametrize(
    ("text", "form", "is_only"),
    [
        ("Respond with JSON only.", "json", True),
        ("return the result as json", "json", False),
        ("give me json for this user", "json", False),
        ("raw JSON, nothing else", "json", True),
        ("provide as JSON lines: a, b", "jsonl", False),
        ("reply as yaml", "yaml", False),
        ("convert this to XML: a", "xml", False),
        ("output as CSV only", "csv", True),
        ("put it in a table: anna 30", "table", False),
        ("summarise as bullet points", "list", False),
        ("just the code: a loop", "code", True),
        ("no markdown please", "plain", False),
        ("gib mir das als JSON", "json", False),
        ("réponds uniquement en JSON", "json", True),
        ("devuelve solo JSON", "json", True),
        ("用表格列出：一、二", "table", False),
    ],
)
def test_a_wish_for_a_form_is_read(text: str, form: str, is_only: bool) -> None:
    [wish] = find_form_wishes(text)
    assert (wish.form, wish.is_only) == (form, is_only)


@pytest.mark.parametrize(
    "text",
    [
        "why can't python parse this json",
        "write a script that saves the result as json",
        "load a csv with pandas",
        "create table users in postgres",
        "book a table for two",
        'translate "respond with JSON only" to german',
        "is it in the pricing table",
        "vue3 表格十万行 卡死了",
        "code review please",
    ],
)
def test_what_only_speaks_of_a_form_is_no_wish(text: str) -> None:
    assert find_form_wishes(text) == []


def test_instructions_ask_only_where_they_say_so_outright() -> None:
    assert [wish.form for wish in find_standing_form_wishes("Output only valid JSON.")] == ["json"]
    assert find_standing_form_wishes("The tool returns JSON. Summarise it for the user.") == ()


@pytest.mark.parametrize(
    ("wish", "right", "wrong"),
    [
        (FormWish("json", 0, 0), 'Sure:\n```json\n{"a": 1}\n```', '{"a": 1,}'),
        (FormWish("json", 0, 0), "[1, 2]", "The ids are one and two."),
        (FormWish("json", 0, 0, is_only=True), '```json\n{"a": 1}\n```', 'Here is the JSON:\n{"a": 1}'),
        (FormWish("json", 0, 0, is_only=True, is_bare=True), '{"a": 1}', '```json\n{"a": 1}\n```'),
        (FormWish("jsonl", 0, 0), '{"a": 1}\n{"a": 2}', '{"a": 1}\n{"a": 2'),
        (FormWish("yaml", 0, 0), "```yaml\na: 1\n```", "A is one."),
        (FormWish("xml", 0, 0), '<a x="1"><b/>t</a>', "<a><b></a>"),
        (FormWish("xml", 0, 0), "<?xml version='1.0'?><a>1</a>", "<a>"),
        (FormWish("csv", 0, 0), "name,age\nanna,30", "```csv\na,b\n1,2,3\n```"),
        (FormWish("csv", 0, 0), 'a,b\n"x, y",2', "a\nb"),
        (FormWish("table", 0, 0), "| a | b |\n|---|---|\n| 1 | 2 |", "a is 1"),
        (FormWish("list", 0, 0), "• a\n• b", "a and b"),
        (FormWish("code", 0, 0), "```py\nx = 1\n```", "```py\nx = 1\n```\nThis sets the name x to the number one."),
        (FormWish("plain", 0, 0), "Dear Anna, 2 * 3 = 6", "**Dear Anna**"),
    ],
)
def test_an_answer_has_the_form_or_not(wish: FormWish, right: str, wrong: str) -> None:
    assert check_form(right, wish) is None
    failure = check_form(wrong, wish)
    assert failure is not None
    assert failure.reason


def test_broken_json_is_marked_where_it_breaks() -> None:
    answer = 'Here:\n{"a": 1,}'
    failure = check_form(answer, FormWish("json", 0, 0))
    assert failure is not None
    [(start, end)] = failure.offsets
    assert answer[start:end] in (",", "}")


@given(st.sampled_from(sorted(CHECKS)), st.text(alphabet='{}[]"<>/`|-,:\n ab1', max_size=60))
def test_any_answer_is_checked_without_a_crash(form: str, answer: str) -> None:
    failure = check_form(answer, FormWish(form, 0, 1, is_only=True))  # type: ignore[arg-type]
    assert failure is None or all(0 <= start <= end <= len(answer) for start, end in failure.offsets)


def test_deep_and_long_answers_take_no_long_time() -> None:
    start = time.process_time()
    check_form("[" * 50_000, FormWish("json", 0, 0))
    check_form("<a>" * 30_000, FormWish("xml", 0, 0))
    check_form("a,b\n" * 30_000, FormWish("csv", 0, 0))
    assert time.process_time() - start < 3.0
