"""Marks of a program in one message show what was typed; what people type by themselves is left whole."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracing.own_words.made_up import PLAIN, load_texts
from tracing.own_words import unwrap
from tracing.own_words.labels import classify_name, find_labels
from tracing.own_words.marks import find_marked_words

QUESTION = "Where is my order?\nIt is late."
WRAPPED = {
    "tags": f"<context>\nA fact.\n</context>\n<question>\n{QUESTION}\n</question>",
    "documents before": f"<documents><document>A <b>fact</b>.</document></documents>\n\n{QUESTION}".replace(
        "<b>", ""
    ).replace("</b>", ""),
    "documents after": f"{QUESTION}\n\n<attachment name='a'>\nA fact.\n</attachment>",
    "instructions between": f"Use these documents to answer.\n<docs>A fact.</docs>\n{QUESTION}",
    "labels": f"Use the following context to answer.\nContext: a fact\nQuestion: {QUESTION}\nHelpful Answer:",
    "question first": f"Answer the question from the context.\nQuestion: {QUESTION}\nContext: a fact\nAnswer:",
    "rules": f"Context information is below.\n-----\nA fact.\n-----\nQuery: {QUESTION}\nAnswer: ",
    "transcript": f"Human: Hi\nAI: Hello!\nHuman: {QUESTION}\nAI:",
    "headings": f"# Context\nA fact.\n# Question\n{QUESTION}\n# Answer\n",
    "German": f"Beantworte die Frage anhand der Auszüge.\nAuszüge:\nEtwas.\nFrage: {QUESTION}\nAntwort:",
    "Chinese": f"根据以下资料回答问题。\n资料：\n事实\n问题：{QUESTION}\n回答：",
    "JSON": '{"history": [], "documents": ["A fact."], "question": "Where is my order?\\nIt is late."}',
    "a date": f"Current date: 2026-11-21\nUser locale: de\n\n{QUESTION}",
    "a stamp": f"[2026-11-21 10:00] {QUESTION}",
    "a reminder": f"<system-reminder>Be brief.</system-reminder>\n{QUESTION}",
    "an agent's task": f"<task>\n{QUESTION}\n</task>\n<environment_details>\nx\n</environment_details>",
}


@pytest.mark.parametrize("message", WRAPPED.values(), ids=WRAPPED)
def test_what_is_marked_is_found(message: str) -> None:
    assert find_marked_words(message) == QUESTION


@pytest.mark.parametrize("message", PLAIN)
def test_what_people_typed_is_left_whole(message: str) -> None:
    assert unwrap(message, ()) == message


def test_no_message_of_real_chats_is_cut() -> None:
    said = [each for texts in load_texts().values() for dialogue in texts["dialogues"] for each in dialogue]
    assert len(said) > 1_000
    assert [each for each in said if unwrap(each, ()) != each] == []


@given(st.text(st.sampled_from("<>/=:\n [](){}\"'`-#Qqa：") | st.characters(), max_size=200))
def test_any_message_gives_words_of_its_own(message: str) -> None:
    found = find_marked_words(message)
    assert found is None or found in message or message.startswith("{")


@given(st.lists(st.sampled_from([
    "Question:", "Context:", "Answer:", "<question>", "</question>", "<context>", "</context>", "\n", "why?", "---",
    "Human:", "AI:", "use the context", "```",
]), max_size=30))  # fmt: skip
def test_marks_in_any_order_never_fail(parts: list[str]) -> None:
    unwrap("\n".join(parts), ())


def test_long_messages_take_no_time() -> None:
    began = time.process_time()
    for text in ("<a>" * 60_000, "Question:\n" * 20_000, "<context>" * 20_000, "[" * 190_000, "Human: x\n" * 20_000):
        unwrap(text, ())
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Question", "question"), ("User's question", "question"), ("customer_message", "question"),
        ("Follow Up Input", "question"), ("Frage des Kunden", "question"), ("Kundenfrage", "question"),
        ("用户的问题", "question"), ("السؤال", "question"), ("Chat History", "context"), ("Search results", "context"),
        ("参考资料", "context"), ("Helpful Answer", "answer"), ("Standalone question", "answer"), ("AI", "answer"),
        ("回答", "answer"), ("Steps to reproduce", None), ("", None), ("Note", None), ("x" * 200, None),
    ],
)  # fmt: skip
def test_names_of_parts_are_known_in_many_languages(name: str, kind: str | None) -> None:
    assert classify_name(name) == kind


def test_labels_in_fenced_code_are_none() -> None:
    text = "Question: a\n```yaml\ncontext: prod\nanswer: no\n```\nAnswer:"
    assert [label.name for label in find_labels(text)] == ["Question", "Answer"]
