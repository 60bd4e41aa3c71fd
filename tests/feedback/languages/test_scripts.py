import pytest

from feedback.languages.scripts import find_script, weigh_scripts


@pytest.mark.parametrize(
    ("word", "script"),
    [
        ("the", "latin"),
        ("über", "latin"),
        ("привет", "cyrillic"),
        ("日本語", "han"),
        ("食べる", "kana"),
        ("안녕", "hangul"),
    ],
)
def test_a_word_has_the_script_of_its_letters(word: str, script: str) -> None:
    assert find_script(word) == script


def test_letters_of_unspaced_scripts_count_as_parts_of_words() -> None:
    assert weigh_scripts(["請問明天早上"]) == {"han": 2.0}
