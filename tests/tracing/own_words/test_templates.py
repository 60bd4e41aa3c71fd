"""Templates are learnt from what a service's messages share, and from nothing that people do by habit."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracing.own_words.made_up import APPS as MADE_UP
from tests.tracing.own_words.made_up import App, load_texts, make_materials
from tracing.own_words import MessageTemplate, learn_templates, order_templates, unwrap

QUESTIONS = [dialogue[0] for dialogue in load_texts()["en"]["dialogues"]]
DOCUMENTS = load_texts()["en"]["documents"]


def find_app(name: str) -> App:
    return next(each for each in MADE_UP if each.name == name)


def wrap(before: str, after: str, questions: list[str]) -> list[str]:
    return [f"{before}{question}{after}" for question in questions]


def test_a_template_is_believed_from_four_messages_on() -> None:
    messages = wrap("You are a kind helper of a shop.\nUser question: ", "\n\nBe brief.", QUESTIONS[:4])
    assert learn_templates(messages[:3]) == []
    [template] = learn_templates(messages)
    assert (
        template.find_words(wrap("You are a kind helper of a shop.\nUser question: ", "\n\nBe brief.", ["Why?"])[0])
        == "Why?"
    )


def test_the_same_message_again_is_one() -> None:
    message = "You are a kind helper of a shop.\nUser question: Why?\n\nBe brief."
    assert learn_templates([message] * 20) == []


def test_questions_that_begin_and_end_alike_are_not_cut() -> None:
    questions = [
        f"How do I {verb} my account?" for verb in ("close", "open", "rename", "share", "find", "lock", "move")
    ]
    messages = wrap("Answer the customer.\nCustomer question: ", "\nAnswer:", questions)
    templates = order_templates(learn_templates(messages))
    assert [unwrap(each, templates) for each in messages] == questions


def test_a_question_that_holds_the_label_is_whole_where_documents_come_before_it() -> None:
    app = find_app("langchain_stuff")
    templates = learn_templates(app.build(each) for each in make_materials(app.name, "en"))
    message = app.build(next(make_materials("x", "en")))
    assert "\n\nQuestion: " in message
    faq = message.replace("end.", "end.", 1).replace(
        "\n\nQuestion: ", "\n\nQuestion: What?\nAnswer: That.\n\nQuestion: ", 1
    )
    assert unwrap(faq, templates) == unwrap(message, templates)


def test_two_versions_of_a_template_are_both_known() -> None:
    old = wrap("Context: none\n\nUser: ", "\n\nCite the context.", QUESTIONS[:8])
    new = wrap("You are careful.\n\nUser question: ", "\n\nCite by number.", QUESTIONS[8:16])
    templates = order_templates(learn_templates([*old, *new]))
    assert [unwrap(each, templates) for each in [*old, *new]] == [question.strip() for question in QUESTIONS[:16]]


HABITS = {
    "greetings": [f"Hi team,\n\n{question}\n\nThanks!" for question in QUESTIONS[:40]],
    "a phone's signature": [f"{question}\n\nSent from my phone" for question in QUESTIONS[:40]],
    "forms": [
        f"Steps to reproduce:\n{question}\n\nExpected:\n{document[:80]}\n\nActual:\n{other[:80]}"
        for question, document, other in zip(QUESTIONS[:40], DOCUMENTS, reversed(DOCUMENTS), strict=False)
    ],
    "code": [f"```python\nimport os\nimport sys\n\n# {question}\n```\nwhat does this do" for question in QUESTIONS[:40]],
    "logs": [f"Traceback (most recent call last):\n  File \"{n}.py\"\nError: {q}" for n, q in enumerate(QUESTIONS[:40])],
    "beginnings": [f"How do I {question}" for question in QUESTIONS[:40]],
    "a word with a colon": [f"Question: {question}" for question in QUESTIONS[:40]],
    "some who ask alike": [
        *(f"Translate the following text to English, please:\n{question}" for question in QUESTIONS[:12]),
        *QUESTIONS[12:100],
    ],
}  # fmt: skip


@pytest.mark.parametrize("messages", HABITS.values(), ids=HABITS)
def test_what_people_do_by_habit_is_no_template(messages: list[str]) -> None:
    templates = order_templates(learn_templates(messages))
    assert [each for each in messages if unwrap(each, templates) != each] == []


@pytest.mark.parametrize("language", sorted(load_texts()))
def test_no_template_is_learnt_from_real_chats(language: str) -> None:
    assert learn_templates(said for dialogue in load_texts()[language]["dialogues"] for said in dialogue) == []


def test_a_template_leaves_other_messages_of_its_service_alone() -> None:
    app = find_app("llama_index_qa")
    templates = order_templates(learn_templates(app.build(each) for each in make_materials(app.name, "en")))
    assert templates
    assert [each for each in QUESTIONS if unwrap(each, templates) != each] == []


def test_the_order_of_messages_does_not_matter_for_what_is_found() -> None:
    app = find_app("german_labels")
    materials = list(make_materials(app.name, "de"))
    messages = [app.build(each) for each in materials]
    shuffled = random.Random(1).sample(messages, len(messages))  # noqa: S311
    for learnt in (learn_templates(messages), learn_templates(shuffled)):
        assert [unwrap(message, learnt) for message in messages] == [each.question for each in materials]


@given(st.lists(st.text(st.sampled_from("ab:\n<> ?Q-"), max_size=60), max_size=12))
def test_learning_never_fails_and_gives_parts_of_messages(messages: list[str]) -> None:
    templates = learn_templates(messages)
    for message in messages:
        found = [words for each in templates if (words := each.find_words(message)) is not None]
        assert all(words in message for words in found)


@given(st.builds(MessageTemplate, *[st.text("ab\n", max_size=4)] * 4, st.booleans()), st.text("ab\n", max_size=30))
def test_any_template_gives_a_part_of_any_message(template: MessageTemplate, message: str) -> None:
    found = template.find_words(message)
    assert found is None or (found and found in message)
