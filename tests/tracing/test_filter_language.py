"""The filter language: what is typed is read as meant, what is wrong is told where it is, nothing else is raised."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracing.filter_fields import FIELDS, NAMES, TEXT
from tracing.filter_language import (
    MAX_CHARACTERS,
    Condition,
    FilterError,
    format_conditions,
    read_filter,
    read_quantity,
)

SECOND_NS = 10**9
DAY_NS = 86_400 * SECOND_NS
NOW_NS = 1_790_000_000 * SECOND_NS


def read(text: str) -> list[Condition]:
    return list(read_filter(text).conditions)


def say(*terms: str) -> list[Condition]:
    return [Condition(TEXT, ":", (term,)) for term in terms]


def find_fault(text: str) -> FilterError | None:
    try:
        read(text)
    except FilterError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \t\n ", []),
        ("red button", say("red", "button")),
        ('"red  button" now', say("red  button", "now")),
        ('"say \\"hi\\" \\\\ now"', say('say "hi" \\ now')),
        ("-red", [Condition(TEXT, ":", ("red",), negated=True)]),
        ('-"red button"', [Condition(TEXT, ":", ("red button",), negated=True)]),
        ("well-known - e", say("well-known", "-", "e")),
        ("model:gpt-5", [Condition("model", ":", ("gpt-5",))]),
        ("MODEL:GPT-5", [Condition("model", ":", ("GPT-5",))]),
        ("model=gpt-5", [Condition("model", ":", ("gpt-5",))]),
        ('model:a,"b, c",d', [Condition("model", ":", ("a", "b, c", "d"))]),
        ("-user_id:anna", [Condition("user", ":", ("anna",), negated=True)]),
        ('user:""', [Condition("user", ":", ("",))]),
        ('user:"a\\"b:c"', [Condition("user", ":", ('a"b:c',))]),
        ("service:a:b", [Condition("service", ":", ("a:b",))]),
        ("cost>0.01", [Condition("cost", ">", ("0.01",))]),
        ("cost:>=$.5", [Condition("cost", ">=", ("$.5",))]),
        ("turns:1,2", [Condition("turns", ":", ("1", "2"))]),
        ("-latency<=1.5m", [Condition("latency", "<=", ("1.5m",), negated=True)]),
        ("time:7d", [Condition("time", ":", ("7d",))]),
        ("range:7d", [Condition("time", ":", ("7d",))]),
        ("https://a.example/?b=c", say("https://a.example/?b=c")),
        ('12:30 at 5"', say("12:30", "at", '5"')),
        ("alert('x') '; --", [*say("alert('x')", "';"), Condition(TEXT, ":", ("-",), negated=True)]),
        ("東京 -شكرا", [*say("東京"), Condition(TEXT, ":", ("شكرا",), negated=True)]),
    ],
)
def test_what_is_typed_is_read_as_it_is_meant(text: str, expected: list[Condition]) -> None:
    assert read(text) == expected


def test_conditions_know_where_they_begin() -> None:
    assert [each.position for each in read('a  -"b c" model:x')] == [1, 4, 11]


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("refund modle:gpt-5", 8, "Unknown field `modle` at character 8: did you mean `model`?"),
        ("zzzz:1", 1, "put it in quotes"),
        ("a -modle:x", 4, "`modle`"),
        ("model:", 7, "`model` lacks a value, such as model:gpt-5"),
        ("model: gpt", 7, "lacks a value"),
        ("model:a,", 9, "lacks a value"),
        ("model:a,,b", 9, "lacks a value"),
        ("model:,", 7, "lacks a value"),
        ('say "hold on', 5, "this quote is never closed"),
        ('model:"gpt', 7, "never closed"),
        ('model:a"b', 8, "in quotes as a whole"),
        ('model:"a"b', 10, "in quotes as a whole"),
        ("model>a", 7, "not more or less"),
        ("cost>cheap", 6, "a number such as 0.5, not with `cheap`"),
        ("cost>nan", 6, "a number"),
        ("cost>1e999", 6, "a number"),
        ("cost>1,2", 7, "takes one value"),
        ("latency>2", 9, "a number and its unit, such as 500ms"),
        ("latency:2s", 9, "more or less than something"),
        ("time>soon", 6, "an age such as 24h"),
        ("time:2026-13-01", 6, "a day such as 2026-11-01"),
        ("time:1950-01-01", 6, "a day"),
        ("time:9999-01-01", 6, "a day"),
        ("outcome:stoped", 9, "one of completed, stopped, truncated, error, not `stoped`"),
        ("thumbs:up,sideways", 11, "one of up, down"),
        ("user:\ud800", 6, "no valid Unicode"),
        ("x" * MAX_CHARACTERS + " y", MAX_CHARACTERS + 1, "longer than 4,000 characters"),
    ],
)
def test_what_is_wrong_is_told_with_its_position(text: str, position: int, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        read(text)
    assert words in str(caught.value)
    assert f"t character {position}: " in str(caught.value)
    assert caught.value.position == position


def test_a_caret_stands_below_what_is_wrong() -> None:
    with pytest.raises(FilterError) as caught:
        read("refund\tmodle:gpt-5")
    assert caught.value.marked == "refund modle:gpt-5\n       ^"


def test_a_caret_stands_right_below_wide_letters_and_accents() -> None:
    with pytest.raises(FilterError) as caught:
        read("東京 e\u0301 modle:x")
    assert caught.value.marked.split("\n")[1] == " " * 7 + "^"


def test_of_a_long_text_only_what_is_near_is_shown() -> None:
    with pytest.raises(FilterError) as caught:
        read("word " * 200 + "cost>x " + "word " * 200)
    line, caret = caught.value.marked.split("\n")
    assert len(line) <= 100
    assert line[caret.index("^")] == "x"


def test_parameters_are_conditions_on_one_whole_value() -> None:
    given = read_filter("word", {"user_id": "a,b c", "model": "", "range": "7d"})
    assert given.conditions == (
        Condition("user", ":", ("a,b c",)),
        Condition("time", ":", ("7d",)),
        Condition(TEXT, ":", ("word",)),
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("outcome", "gone", "one of completed"), ("colour", "red", "no field `colour`"), ("user", "\ud800", "Unicode")],
)
def test_a_wrong_parameter_is_told(name: str, value: str, words: str) -> None:
    with pytest.raises(FilterError, match=words):
        read_filter("", {name: value})


@given(st.text())
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    if error := find_fault(text):
        assert 1 <= error.position <= len(text) + 1
        assert "\n" in error.marked


PIECES = st.sampled_from(
    [
        *NAMES,
        ":",
        ">",
        "<=",
        "=",
        ",",
        "-",
        '"',
        "\\",
        " ",
        "2s",
        "7d",
        "0.1",
        "word",
        "2026-11-01",
        "\n",
        "é",
        "\0",
        "$",
    ]
)


@given(st.lists(PIECES).map("".join))
def test_anything_like_the_language_is_read_or_refused(text: str) -> None:
    if error := find_fault(text):
        assert 1 <= error.position <= len(text) + 1
    else:
        assert read(format_conditions(read(text))) == read(text)


VALUES = {
    "name": st.text(),
    "number": st.sampled_from(["0", "1.5", "-2e3", "$3"]),
    "duration": st.sampled_from(["1s", "2.5ms", "3h"]),
    "time": st.sampled_from(["7d", "2026-11-01", "2026-11-01T10:00", "2026-11-01T10:00:30Z"]),
}


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    negated = draw(st.booleans())
    if draw(st.booleans()):
        return Condition(TEXT, ":", (draw(st.text()),), negated)
    field = draw(st.sampled_from(FIELDS))
    values = st.sampled_from(field.choices) if field.choices else VALUES[field.kind]
    if field.kind == "name" or (field.kind != "duration" and draw(st.booleans())):
        return Condition(field.name, ":", tuple(draw(st.lists(values, min_size=1, max_size=3))), negated)
    operator = draw(st.sampled_from([">", ">=", "<", "<="]))
    return Condition(field.name, operator, (draw(values),), negated)


@given(st.lists(conditions(), max_size=5))
def test_conditions_that_are_written_are_read_as_the_same(given_conditions: list[Condition]) -> None:
    assert read(format_conditions(given_conditions)) == given_conditions


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("latency", "1.5s", 1.5e9),
        ("latency", "20ms", 2e7),
        ("latency", "2h", 7.2e12),
        ("cost", "$0.25", 0.25),
        ("turns", "3", 3.0),
        ("time", "7d", (NOW_NS - 7 * DAY_NS, None)),
        ("time", "90m", (NOW_NS - 5400 * SECOND_NS, None)),
        ("time", "1970-01-02", (DAY_NS, 2 * DAY_NS)),
        ("time", "1970-01-01T00:01", (60 * SECOND_NS, 120 * SECOND_NS)),
        ("time", "1970-01-01T02:00:01+02:00", (SECOND_NS, 2 * SECOND_NS)),
        ("time", "1970-01-01 00:00:00.000001Z", (1000, 2000)),
    ],
)
def test_quantities_have_their_units(name: str, value: str, expected: object) -> None:
    assert read_quantity(NAMES[name], value, NOW_NS) == expected


def test_no_name_means_two_fields() -> None:
    names = [name for field in FIELDS for name in (field.name, *field.aliases)]
    assert len(names) == len(set(names)) == len(NAMES)


def test_the_document_has_every_field_under_all_its_names() -> None:
    document = (Path(__file__).parents[2] / "docs" / "filters.md").read_text()
    for field in FIELDS:
        names = ", ".join(f"`{name}`" for name in (field.name, *field.aliases))
        assert f"| {names} | {field.help}" in document
        assert f"| `{field.example}` |" in document


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_example_of_a_field_is_read(field: object) -> None:
    assert read(field.example)[0].field == field.name  # type: ignore[attr-defined]
