"""The pure view models: what they promise for any input."""

import doctest
import importlib
import math
import pkgutil
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

import feedback.pages
from feedback.detectors.signal import Evidence, Signal
from feedback.pages.addresses import ConversationIdConverter
from feedback.pages.chart import Slice, choose_step, draw_chart, fill_slices
from feedback.pages.cursors import Cursor, decode_cursor
from feedback.pages.filters import Filters
from feedback.pages.ingredients import name_judgement
from feedback.pages.markdown import MAX_CHARACTERS, render_markdown
from feedback.pages.marked_text import mark_text
from feedback.pages.shares import Share, compare_shares
from feedback.pages.undertone import draw_undertone

HOUR_S = 3600


def make_signal(**fields: object) -> Signal:
    known = {
        "kind": "rephrase", "turn_index": 1, "score": 0.8, "confidence": 0.9, "fired": True, "polarity": -1,
        "detector": "test", "version": "1", "evidence": Evidence("because"), "target": 0,
    }  # fmt: skip
    return Signal(**(known | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [each.name for each in pkgutil.iter_modules(feedback.pages.__path__)])
def test_examples_in_docstrings_hold(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(f"feedback.pages.{name}"))
    assert not failed


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_an_interval_holds_its_share_and_stays_between_0_and_1(part: int, more: int) -> None:
    share = Share(part, part + more)
    assert 0 <= share.low <= share.high <= 1
    if share.whole:
        assert share.low - 1e-12 <= share.value <= share.high + 1e-12
        assert share.high - share.low < 1


def test_wilson_and_newcombe_agree_with_published_examples() -> None:
    # Newcombe 1998, example (a): 56 of 70 against 48 of 80.
    change = compare_shares(Share(56, 70), Share(48, 80))
    assert change is not None
    assert [round(value, 4) for value in (change.difference, change.low, change.high)] == [0.2, 0.0524, 0.3339]
    # Newcombe 1998 on single proportions: 81 of 263.
    assert [round(end, 4) for end in Share(81, 263).interval] == [0.2553, 0.3662]


def test_without_a_whole_nothing_is_claimed() -> None:
    assert math.isnan(Share(0, 0).value)
    assert Share(0, 0).interval == (0, 1)
    assert compare_shares(Share(1, 2), Share(0, 0)) is None


@given(st.text(min_size=1))
def test_any_id_survives_its_address(conversation_id: str) -> None:
    converter = ConversationIdConverter()
    address = converter.to_url(conversation_id)
    assert converter.to_python(address) == conversation_id
    assert not any(segment in ("", ".", "..") for segment in address.split("/"))


@given(st.integers(0, 2**63 - 1), st.text())
def test_a_cursor_survives_its_token(time_ns: int, conversation_id: str) -> None:
    cursor = Cursor(time_ns, conversation_id)
    assert decode_cursor(cursor.encode()) == cursor


@given(st.text())
def test_any_token_is_a_cursor(token: str) -> None:
    assert 0 <= decode_cursor(token).time_ns <= Cursor().time_ns


@given(st.dictionaries(st.sampled_from(["range", "signal", "q", "user_id", "other"]), st.text()))
def test_filters_survive_their_address(query: dict[str, str]) -> None:
    filters = Filters.from_query(query)
    assert Filters.from_query(dict(parse_qsl(filters.query))) == filters


@given(
    st.dictionaries(st.sampled_from(["range", "signal", "user_id", "thumbs", "model"]), st.sampled_from(["up", "7d"]))
)
def test_each_filter_of_an_address_is_told_in_words(query: dict[str, str]) -> None:
    filters = Filters.from_query({**query, "thumbs": "down"})
    assert len(filters.describe({})) == len(parse_qsl(filters.query))


@given(st.text())
def test_markdown_never_gives_a_tag_that_acts(text: str) -> None:
    html = render_markdown(text).lower()
    assert not any(tag in html for tag in ("<script", "<img", "<iframe", "<style", "<svg", 'href="javascript'))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![pixel](https://evil.example/p.png)", "<img"),
        ("[x](javascript:alert(1))", 'href="javascript'),
        ("[x](data:text/html,hi)", 'href="data'),
        ("<a href='https://x' onclick='y()'>x</a>", "<a "),
    ],
)
def test_markdown_leaves_out_what_acts_or_loads(text: str, expected: str) -> None:
    assert expected not in render_markdown(text)


def test_a_huge_answer_is_shown_without_parsing() -> None:
    html = render_markdown("**x** <b>" * MAX_CHARACTERS)
    assert html.startswith("<pre>**x** &lt;b&gt;")


@given(
    st.text(max_size=40),
    st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60), st.sampled_from([-1, 1])), max_size=6),
)
def test_marking_never_changes_the_text(text: str, offsets: list[tuple[int, int, int]]) -> None:
    signals = [
        make_signal(polarity=polarity, evidence=Evidence("", offsets=((start, end),)))
        for start, end, polarity in offsets
    ]
    assert "".join(piece.text for piece in mark_text(text, signals)) == text


def test_where_marks_overlap_the_worse_one_shows() -> None:
    good = make_signal(polarity=1, evidence=Evidence("", offsets=((0, 10),)))
    bad = make_signal(polarity=-1, evidence=Evidence("", offsets=((4, 6),)))
    pieces = mark_text("0123456789", [good, bad])
    assert [(piece.text, piece.state) for piece in pieces] == [("0123", "good"), ("45", "bad"), ("6789", "good")]


def test_offsets_into_the_answer_mark_nothing_in_the_message() -> None:
    signal = make_signal(evidence=Evidence("", offsets=((0, 3),), text="answer"))
    assert [piece.state for piece in mark_text("hello", [signal])] == [None]


def test_the_undertone_goes_down_where_the_tone_is_bad_and_marks_what_was_heard() -> None:
    tone = make_signal(kind="sentiment", score=0.9, turn_index=2, polarity=-1, target=1)
    regeneration = make_signal(kind="regeneration", turn_index=0, target=0)
    undertone = draw_undertone(3, [tone, regeneration], {"sentiment": "Tone", "regeneration": "Again"})
    assert undertone.path.startswith("M0 50.0")
    assert undertone.path.endswith("84.2 H1000")
    assert [(mark.turn, mark.state, mark.left) for mark in undertone.marks] == [(0, "bad", 25.0), (2, "bad", 83.33)]
    assert undertone.words == "turn 1: Again; turn 3: Tone"


def test_an_undertone_of_nothing_is_a_flat_line() -> None:
    undertone = draw_undertone(0, [], {})
    assert (undertone.path, undertone.marks, undertone.state) == ("M0 50.0 H1000", (), None)


def test_what_did_not_fire_is_a_ring() -> None:
    unsure = make_signal(fired=False, score=0.5)
    assert [mark.state for mark in draw_undertone(2, [unsure], {}).marks] == ["unsure"]
    assert not draw_undertone(2, [make_signal(fired=False, score=0.1)], {}).marks


def test_slices_are_as_fine_as_the_number_of_conversations_allows() -> None:
    assert choose_step("7d", 100, 7 * 24 * HOUR_S) == 24 * HOUR_S
    assert choose_step("7d", 600, 7 * 24 * HOUR_S) == 6 * HOUR_S
    assert choose_step("7d", 10_000, 7 * 24 * HOUR_S) == 3 * HOUR_S


def test_a_rate_is_drawn_only_where_there_are_enough_conversations() -> None:
    start = datetime.fromtimestamp(0, UTC)
    slices = fill_slices({0: Slice(start, 20, {"x": 10}), HOUR_S: Slice(start, 2, {"x": 2})}, 0, 3 * HOUR_S, HOUR_S)
    chart = draw_chart(slices, {"x": "X"}, HOUR_S)
    [panel] = chart.panels
    assert [(point.share, point.left) for point in panel.points] == [(Share(10, 20), 12.5)]
    assert panel.top == 0.75
    assert [column.conversations for column in chart.columns] == [20, 2, 0, 0]
    assert [bar.height for bar in chart.bars] == [100, 10, 0, 0]


@pytest.mark.parametrize(
    ("kind", "label", "counted"),
    [
        ("rephrase", "", "heard bad"),
        ("error", "TimeoutError", ""),
        ("sentiment", "negative", ""),
        ("refusal", "", ""),
        ("refusal", "needless", "heard bad"),
        ("thumbs", "down", "thumbs down"),
    ],
)
def test_only_what_judges_the_words_of_an_answer_counts_for_a_dataset(kind: str, label: str, counted: str) -> None:
    assert name_judgement(kind, label, -1) == counted
