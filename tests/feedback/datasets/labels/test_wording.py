"""Words as they are compared."""

import pytest

from feedback.datasets.labels.wording import list_runs, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("Don't stop, it's 3.5!", ["don", "t", "stop", "it", "s", "3", "5"]),
        ("Straße ＦＵＬＬ", ["strasse", "full"]),
        ("हिन्दी में बात। ठीक", ["हिन्दी", "में", "बात", "ठीक"]),
        ("cafe\u0301", ["café"]),
        ("天気 today", ["天", "気", "today"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("\ud800 a", ["a"]),
    ],
)
def test_texts_are_split_into_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_a_text_of_one_word_more_has_one_run_more() -> None:
    words = list("abcdefgh")
    assert [len(list_runs(words[:count], 5)) for count in range(9)] == [0, 1, 1, 1, 1, 1, 2, 3, 4]
