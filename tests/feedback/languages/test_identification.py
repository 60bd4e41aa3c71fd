import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.languages import (
    count_telling_words,
    find_probability,
    identify_language,
    is_plainly_english,
    name_language,
    read_prose,
)
from feedback.languages.identification import list_words, load_model

TEXTS = {
    "en": "Could you please tell me when the library opens tomorrow morning?",
    "de": "Könnten Sie mir bitte sagen, wann die Bibliothek morgen früh öffnet?",
    "fr": "Pourriez-vous me dire à quelle heure ouvre la bibliothèque demain matin ?",
    "es": "¿Podría decirme a qué hora abre la biblioteca mañana por la mañana?",
    "pt": "Você poderia me dizer a que horas a biblioteca abre amanhã de manhã?",
    "it": "Potrebbe dirmi a che ora apre la biblioteca domani mattina?",
    "nl": "Kunt u mij vertellen hoe laat de bibliotheek morgenochtend opengaat?",
    "pl": "Czy może mi pan powiedzieć, o której jutro otwiera się biblioteka?",
    "tr": "Kütüphanenin yarın sabah saat kaçta açıldığını söyler misiniz?",
    "sv": "Kan du säga mig när biblioteket öppnar i morgon bitti?",
    "cs": "Můžete mi prosím říct, v kolik hodin zítra otevírá knihovna?",
    "fi": "Voisitteko kertoa, milloin kirjasto avataan huomenna aamulla?",
    "hu": "Meg tudná mondani, hogy mikor nyit holnap reggel a könyvtár?",
    "ro": "Îmi puteți spune la ce oră se deschide mâine biblioteca?",
    "id": "Bisakah Anda memberi tahu saya kapan perpustakaan buka besok pagi?",
    "vi": "Bạn có thể cho tôi biết sáng mai thư viện mở cửa lúc mấy giờ không?",
    "ru": "Подскажите, пожалуйста, во сколько завтра открывается библиотека?",
    "uk": "Підкажіть, будь ласка, о котрій завтра відкривається бібліотека?",
    "ar": "هل يمكنك أن تخبرني متى تفتح المكتبة صباح الغد من فضلك؟",
    "fa": "لطفاً به من بگویید کتابخانه فردا صبح ساعت چند باز می‌شود؟",
    "he": "תוכל לומר לי מתי הספרייה נפתחת מחר בבוקר?",
    "hi": "क्या आप मुझे बता सकते हैं कि कल सुबह पुस्तकालय कब खुलेगा?",
    "hi-Latn": "bhai mujhe batao ki library kal subah kitne baje khulti hai",
    "th": "ช่วยบอกหน่อยได้ไหมว่าห้องสมุดเปิดกี่โมง",
    "ko": "내일 아침에 도서관이 몇 시에 여는지 알려 주세요.",
    "ja": "明日の朝、図書館が何時に開くか教えてください。",
    "zh": "请问明天早上图书馆几点开门？",
    "el": "Μπορείτε να μου πείτε τι ώρα ανοίγει αύριο η βιβλιοθήκη;",
}


@pytest.mark.parametrize(("code", "text"), TEXTS.items())
def test_a_sentence_is_known_for_its_language(code: str, text: str) -> None:
    found = identify_language(text)
    assert found.code == code
    assert found.confidence > 0.9


@pytest.mark.parametrize("text", ["", "42", "!!! 3.14 ->", "👍👍", "   \n"])
def test_what_has_no_words_has_no_language(text: str) -> None:
    assert identify_language(text).code == ""


def test_a_word_that_many_languages_have_leaves_it_open() -> None:
    assert identify_language("okay super").confidence < 0.9


def test_names_in_latin_letters_do_not_make_a_japanese_text_english() -> None:
    assert identify_language("Docker Desktop を再起動してから docker compose up を実行してください").code == "ja"


def test_one_foreign_word_does_not_make_an_english_text_russian() -> None:
    assert identify_language("The Russian word for peace, мир, also means world, as every student learns").code == "en"


def test_the_probability_of_a_language_is_small_where_it_is_another() -> None:
    assert find_probability("Dónde está mi pedido", "en") < 0.01 < 0.5 < find_probability("Dónde está mi pedido", "es")
    assert find_probability("где мой заказ", "en") == 0.0
    assert find_probability("123", "en") == 0.5


def test_plain_english_is_seen_at_a_glance_and_nothing_else_is() -> None:
    assert is_plainly_english("I would like to know where my order is, please")
    assert not any(is_plainly_english(text) for code, text in TEXTS.items() if code != "en")


def test_telling_words_are_of_the_one_language_alone() -> None:
    assert count_telling_words("ich weiß nicht, please help", "de", "en") >= 2
    assert count_telling_words("please help me", "de", "en") == 0


def test_long_texts_are_read_as_far_as_is_enough() -> None:
    assert len(list_words("the cat " * 10_000)) <= 60


def test_every_language_has_a_name_for_people() -> None:
    codes = {code for codes in load_model().scripts.values() for code in codes}
    assert all(name_language(code) != code for code in codes)


@given(st.text(max_size=200))
def test_any_text_has_a_probability_and_no_crash(text: str) -> None:
    found = identify_language(read_prose(text))
    assert 0.0 <= found.confidence <= 1.0
    assert is_plainly_english(text) in (True, False)


@given(st.text(alphabet=string.ascii_lowercase + " ", max_size=120))
def test_the_best_language_is_at_least_as_likely_as_english(text: str) -> None:
    found = identify_language(text)
    assert not found.code or 0.0 <= find_probability(text, "en") <= 1.0


@pytest.mark.parametrize("text", ["الـemail عندي", "عايز caption للـlinkedin عن promotion", "تحمل الـDNA في النواة"])
def test_a_word_of_two_scripts_is_read_as_the_text_around_it(text: str) -> None:
    assert identify_language(text).code == "ar"
