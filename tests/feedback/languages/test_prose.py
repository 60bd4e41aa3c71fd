import time

import pytest

from feedback.languages import read_prose


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Use `df.head()` here.", ["Use", "here."]),
        ("Run\n```python\nimport os\n```\nand wait.", ["Run", "and", "wait."]),
        ("See https://example.org/a?b=c now", ["See", "now"]),
        ("> quoted line\nmy words", ["my", "words"]),
        ('He said "bonjour tout le monde" twice', ["He", "said", "twice"]),
        ("open snake_case and camelCase or a/b/c.txt", ["open", "and", "or"]),
        ("```\nnever closed", []),
    ],
)
def test_code_links_and_quotations_are_left_out(text: str, kept: list[str]) -> None:
    assert read_prose(text).split() == kept


def test_a_long_word_takes_no_long_time() -> None:
    start = time.process_time()
    read_prose("a" * 100_000)
    read_prose("a.b/" * 25_000)
    assert time.process_time() - start < 1.0
