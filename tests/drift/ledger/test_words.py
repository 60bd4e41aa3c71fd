"""What changes with the clock or with each call is masked; what an author wrote is not."""

import time

import pytest

from drift.ledger.words import LONGEST_TEXT, STOP, mask_forms, read_words


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Today is Monday, 3 March 2025, 14:05.", "Today is «date»."),
        ("Heute ist Dienstag.", "Heute ist «date»."),
        ("Hoy es 3 de marzo de 2025", "Hoy es «date»"),
        ("Nous sommes le 3 février 2025.", "Nous sommes le «date»."),
        ("今日は2025年3月4日です", "今日は«date»です"),
        ("今日は4 March 2025です", "今日は«date»です"),
        ("At 2025-03-01T12:00:05Z", "At «date»"),
        ("It is 5:30 pm", "It is «time»"),
        ("Session 5c1f0a9e-0d7b-4a64-9d0e-1f2a3b4c5d6e", "Session «id»"),
        ("request req_8f3k2j4h5kq2", "request «id»"),
    ],
)
def test_dates_times_and_ids_are_masked(text: str, masked: str) -> None:
    assert mask_forms(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "You may 5 times. Version 1.2.2024x",
        "We are open from Monday to Friday.",
        "Give at most 3 ideas in 100 words.",
        "Use gpt-4o or claude-3-5-sonnet-20241022 and text_embedding_3_large.",
        "Call 112. Be brief.",
    ],
)
def test_what_an_author_wrote_stays(text: str) -> None:
    assert mask_forms(text) == text


def test_empty_lines_and_spaces_at_ends_do_not_count() -> None:
    assert mask_forms("  One  \r\n\r\n\r\nTwo \n") == "One\nTwo"


def test_words_are_told_with_their_places() -> None:
    words = read_words("Today is «date».\nBe brief")
    assert words.keys == ("Today", "is", "«date»", ".", "\n", "Be", "brief")
    assert words.cut(1, 4) == "is «date»."
    assert words.cut(2, 2) == ""
    assert words.joined.count(STOP) == 7


@pytest.mark.parametrize(
    "text", ["1:1" * 40_000, "12 " * 40_000, "a" * 100_000, "monday " * 15_000, "\x00\x1f" * 50_000]
)
def test_long_and_odd_texts_are_read_in_short_time(text: str) -> None:
    start = time.process_time()
    words = read_words(mask_forms(text))
    assert time.process_time() - start < 3
    assert len(words.text) <= LONGEST_TEXT * 3
    assert not any("\x00" in key or STOP in key for key in words.keys)
