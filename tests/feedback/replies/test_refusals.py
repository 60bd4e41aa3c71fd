import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.replies import find_refusal, quotes_refusal


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't help with that.",
        "I’m not able to give medical advice.",
        "I must decline this request.",
        "That request goes against my guidelines.",
        "This is not something I can help with.",
        "I'm not a doctor and can't provide a diagnosis.",
        "Dabei kann ich leider nicht helfen.",
        "Je ne suis pas en mesure de fournir des conseils juridiques.",
        "Lo siento, no puedo proporcionar consejos médicos.",
        "Desculpe, não posso fornecer aconselhamento fiscal.",
        "Mi dispiace, non posso aiutarti con questa richiesta.",
        "Helaas kan ik je daar niet bij helpen.",
        "Przykro mi, nie mogę pomóc w tej sprawie.",
        "Извините, но я не могу помочь с этим.",
        "Üzgünüm, bu konuda yardımcı olamam.",
        "Tyvärr kan jag inte hjälpa dig med det.",
        "抱歉，我无法提供医疗建议。",
        "医療に関する診断はお答えできません。",
        "죄송하지만 투자 조언을 제공할 수 없습니다.",
        "آسف، لا يمكنني تقديم استشارات قانونية.",
        "मैं चिकित्सा सलाह नहीं दे सकता।",
    ],
)
def test_declining_is_found_in_many_languages(answer: str) -> None:
    found = find_refusal(answer)
    assert found is not None
    assert not found.is_partial
    assert answer[found.start : found.end].strip()


@pytest.mark.parametrize(
    "answer",
    [
        "You can't divide by zero.",
        "I can't help but notice how strong your opening is.",
        "I can't recommend this film enough.",
        "I can't answer that without your postcode. What is it?",
        "Dear Ms Fox,\nUnfortunately, we are unable to offer you the position. I cannot help.",
        '"I can\'t help you," said the old man.',
        "If I can't help, ask my colleague.",
        "Du kannst nicht helfen, weil die Datei fehlt.",
        "No puedes llevar más de 100 ml.",
    ],
)
def test_what_cannot_be_is_no_refusal(answer: str) -> None:
    assert find_refusal(answer) is None


@pytest.mark.parametrize(
    "answer",
    [
        "I can't generate pictures, but here is a prompt for one: a bakery.",
        "I can't give legal advice. However:\n1. Keep all letters.\n2. Call the tenants' union.",
        "I'm not able to diagnose this, but " + "here is what usually helps. " * 10,
    ],
)
def test_who_declines_and_then_helps_declines_in_part(answer: str) -> None:
    found = find_refusal(answer)
    assert found is not None
    assert found.is_partial


def test_an_offer_of_something_else_is_no_help() -> None:
    found = find_refusal("I can't help with that, but I'm happy to help with something else.")
    assert found is not None
    assert not found.is_partial


def test_a_message_that_quotes_a_refusal_is_known() -> None:
    assert quotes_refusal('translate: "I cannot help you with that"')
    assert not quotes_refusal("translate: good morning")


@given(st.text(max_size=300))
def test_any_answer_is_read(answer: str) -> None:
    found = find_refusal(answer)
    assert found is None or 0 <= found.start < found.end <= len(answer)
