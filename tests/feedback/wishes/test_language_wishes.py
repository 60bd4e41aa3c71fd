import pytest

from feedback.languages import name_language
from feedback.wishes.languages import find_language_wishes, list_mentions, load_codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Reply in French, please.", "fr"),
        ("auf Deutsch bitte", "de"),
        ("traduis en anglais : bonjour", "en"),
        ("responde en español por favor", "es"),
        ("escreva em inglês", "en"),
        ("scrivi in tedesco", "de"),
        ("schrijf het in het Engels", "en"),
        ("napisz po polsku", "pl"),
        ("напиши на английском", "en"),
        ("cevabı Türkçe yaz", "tr"),
        ("用中文回答", "zh"),
        ("英語で書いてください", "en"),
        ("영어로 써 줘", "en"),
        ("أجب بالعربية من فضلك", "ar"),
        ("हिंदी में बताओ", "hi"),
        ("ja -> en\n本製品は防水です", "en"),
    ],
)
def test_a_wish_for_a_language_is_read_in_many_languages(text: str, code: str) -> None:
    assert [wish.code for wish in find_language_wishes(text)] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "my French teacher is nice",
        "how do you say hello in French?",
        "I read a book in French.",
        "don't answer in German",
        "she wrote this in Spanish, what does she want?",
        "in the italian after 1.e4 e5 what should black do",
        "用英文怎么说你好",
    ],
)
def test_what_only_speaks_of_a_language_is_no_wish(text: str) -> None:
    assert find_language_wishes(text) == []


def test_from_now_on_makes_a_wish_stand() -> None:
    [wish] = find_language_wishes("Speak Dutch with me, from now on in Dutch please")
    assert wish.is_standing
    assert not find_language_wishes("in Dutch please")[0].is_standing


def test_a_wish_before_and_behind_a_long_text_is_found_in_its_place() -> None:
    pasted = "lorem ipsum dolor sit amet " * 200
    text = f"Translate to German:\n{pasted}\nno, write it in Polish"
    places = {wish.code: text[wish.start : wish.end] for wish in find_language_wishes(text)}
    assert places == {"de": "German", "pl": "Polish"}


def test_languages_that_are_named_are_listed() -> None:
    assert [mention.code for mention in list_mentions("from French to English")] == ["fr", "en"]


def test_every_language_that_can_be_asked_for_has_a_name_for_people() -> None:
    assert all(name_language(code) != code for code in load_codes())
