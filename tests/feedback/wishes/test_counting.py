import time

import pytest

from feedback.wishes.counting import (
    COUNTS,
    count_items,
    count_lines,
    count_paragraphs,
    count_sentences,
    count_words,
    list_readings,
    measure_excess,
)
from feedback.wishes.limits import Limit


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three?", 3),
        ("It costs 3.5 Mio. € and Dr. Who paid, e.g. in May.", 1),
        ("no end", 1),
        ("He lives at Lindenweg 12. The door is red.", 2),
        ("Am 3. Mai war es kalt. Dann nicht mehr.", 2),
        ("第一句。第二句！", 2),
        ("- one\n- two", 1),
    ],
)
def test_sentences_are_counted_as_people_count_them(text: str, count: int) -> None:
    assert count_sentences(text) == count


def test_words_are_counted_without_markup_and_chinese_by_characters() -> None:
    assert count_words("**One** two-three `four`\n- five") == 4
    assert count_words("北京是首都") == 5


def test_items_of_the_outermost_list_are_counted_also_in_one_line() -> None:
    assert count_items("- a\n  - b\n- c") == 2
    assert count_items("1. a 2. b 3. c") == 3
    assert count_items("• a • b") == 2
    assert count_items("It was 3. Then it was 4.") == 0


def test_paragraphs_are_blocks_of_prose() -> None:
    block = "A sentence that is long enough to be a paragraph of its own, with some words."
    assert count_paragraphs(f"# Title\n\n{block}\n\n- item\n\n{block}") == 2


def test_a_long_line_counts_as_the_lines_that_a_page_makes_of_it() -> None:
    assert count_lines("short\n\n" + "x" * 350) == 4


def test_what_stands_around_the_answer_need_not_count() -> None:
    readings = list_readings("Sure! Here is your sentence:\n\nCats purr.\n\nLet me know if you want more.")
    assert "Cats purr." in readings


def test_the_reading_that_comes_closest_decides() -> None:
    limit = Limit("sentences", 1, 1, 0, 0, is_exact=True)
    assert measure_excess("Sure! Here is one:\n\nCats purr.", limit) == (1, 0.0)
    assert measure_excess("One. Two. Three.", limit) == (3, 2)


@pytest.mark.parametrize("hostile", [" " * 60_000, "\n" * 60_000, "\t\n" * 30_000, "a" * 60_000, "1. " * 20_000])
def test_hostile_answers_take_no_long_time(hostile: str) -> None:
    start = time.process_time()
    for unit in COUNTS:
        measure_excess(hostile, Limit(unit, 2, 5, 0, 0))
    assert time.process_time() - start < 3.0


def test_a_piece_of_the_right_length_may_be_meant_as_lines() -> None:
    limit = Limit("lines", 2, 2, 0, 0, is_exact=True)
    assert measure_excess("Merge joins two branches with a new commit and keeps the history as it was.", limit)[1] == 0
    assert measure_excess("a\nb\nc\nd", limit) == (4, 2)
