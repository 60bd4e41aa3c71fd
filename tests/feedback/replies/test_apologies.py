import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.replies import find_apology


@pytest.mark.parametrize(
    "answer",
    [
        "Sorry about that! Here is a vegan version.",
        "You're right, I apologise for the error.",
        "My mistake. Here is the right link.",
        "Entschuldigung, da habe ich mich vertan.",
        "Désolé pour l'erreur. Voici la bonne version.",
        "Tienes razón, perdona el error.",
        "Desculpe pelo erro! O valor certo é 30.",
        "Scusami, hai ragione: sono 12.",
        "Excuses voor de fout, het moet 8 zijn.",
        "Przepraszam za pomyłkę.",
        "Извините за ошибку, правильно 1945.",
        "Özür dilerim, haklısınız.",
        "抱歉，我弄错了，应该是周三。",
        "申し訳ございません。正しくは7月です。",
        "죄송합니다. 제 실수입니다.",
        "أعتذر عن الخطأ، الصحيح هو 9.",
        "क्षमा करें, सही उत्तर 5 है।",
        "The new total is 40, with the shipping that I had left out before. Sorry for the mix-up.",
    ],
)
def test_saying_sorry_is_found_in_many_languages(answer: str) -> None:
    found = find_apology(answer)
    assert found is not None
    assert found.is_regret


@pytest.mark.parametrize(
    "answer", ["You're right: it is 1990.", "Good catch, the sign was wrong.", "Vous avez raison : 12."]
)
def test_owning_a_mistake_without_regret_is_told_apart(answer: str) -> None:
    found = find_apology(answer)
    assert found is not None
    assert not found.is_regret


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry to hear that. What happened?",
        "I'm so sorry for your loss.",
        "Sorry, I'm not able to do that.",
        "I'm sorry, but I can't share that.",
        "Dear Mr Lee,\nWe apologise for the delay.",
        'He said "sorry" twice.',
        "Turn right at the church.",
        "Better safe than sorry.",
        "A cup of tea going cold\nSorry comes too late",
    ],
)
def test_sympathy_refusals_letters_and_quotations_are_none(answer: str) -> None:
    assert find_apology(answer) is None


@given(st.text(max_size=300))
def test_any_answer_is_read(answer: str) -> None:
    found = find_apology(answer)
    assert found is None or 0 <= found.start < found.end <= len(answer)
