"""An answer by the client of OpenAI with a template made by hand, which is the app's second argument."""

import json
import sys
from collections.abc import Callable
from typing import Any

from retrieval import MODEL, History, retrieve

Messages = list[dict[str, Any]]


def answer(client: Any, question: str, history: History) -> str:
    messages = TEMPLATES[sys.argv[2]](question, retrieve(question), history)
    said = client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content
    return str(said)


def write_context_first(question: str, documents: list[str], history: History) -> Messages:
    before = "\n".join(f"User: {asked}\nAssistant: {answered}" for asked, answered in history)
    context = "\n\n".join(documents)
    text = f"""Answer the question with nothing but the context below. If it is not there, say so.

Context:
{context}

Chat history:
{before}

Question: {question}
Helpful answer:"""
    return [{"role": "user", "content": text}]


def write_tags(question: str, documents: list[str], history: History) -> Messages:
    numbered = "\n".join(f'<document index="{number}">\n{text}\n</document>' for number, text in enumerate(documents))
    text = f"<documents>\n{numbered}\n</documents>\n\n<question>{question}</question>\n\nCite the documents by index."
    return [
        {"role": "system", "content": "You answer questions about the documentation."},
        *write_history(history),
        {"role": "user", "content": text},
    ]


def write_headings(question: str, documents: list[str], history: History) -> Messages:
    known = "\n".join(f"- {text}" for text in documents)
    before = "\n".join(f"**User:** {asked}\n**You:** {answered}" for asked, answered in history) or "(nothing yet)"
    text = f"""# Task
You are the assistant of a shop for hiking boots. Be brief and friendly.

## What you know
{known}

## The conversation so far
{before}

## What the customer says now
{question}

## Your answer
"""
    return [{"role": "user", "content": text}]


def write_german(question: str, documents: list[str], history: History) -> Messages:
    context = "\n---\n".join(documents)
    text = f"Kontext:\n{context}\n\nFrage: {question}\n\nAntworte kurz und nur mit dem, was im Kontext steht."
    system = {"role": "system", "content": "Du hilfst den Beschäftigten einer Firma."}
    return [system, *write_history(history), {"role": "user", "content": text}]


def write_french(question: str, documents: list[str], history: History) -> Messages:
    context = "\n".join(f"[{number}] {text}" for number, text in enumerate(documents, 1))
    before = "\n".join(f"Utilisateur : {asked}\nAssistant : {answered}" for asked, answered in history)
    text = f"""Tu réponds aux questions des salariés à partir des extraits suivants.

Extraits :
{context}

Historique :
{before}

Question de l'utilisateur : {question}

Réponse :"""
    return [{"role": "user", "content": text}]


def write_question_first(question: str, documents: list[str], history: History) -> Messages:
    results = "\n".join(f"[{number}] {text}" for number, text in enumerate(documents, 1))
    text = f'The user asks: "{question}"\n\nSearch results:\n{results}\n\nUse these results only, and cite them as [n].'
    return [*write_history(history), {"role": "user", "content": text}]


def write_date_first(question: str, documents: list[str], history: History) -> Messages:
    passages = "\n\n".join(documents)
    text = f"Today is Thursday, 19 November 2026. Locale: de-DE.\n\n{question}\n\n---\nRelevant passages:\n{passages}"
    return [*write_history(history), {"role": "user", "content": text}]


def write_json(question: str, documents: list[str], history: History) -> Messages:
    turns = [{"user": asked, "assistant": answered} for asked, answered in history]
    asked_now = {"history": turns, "passages": documents, "question": question}
    system = {"role": "system", "content": "Answer `question` from `passages`."}
    return [system, {"role": "user", "content": json.dumps(asked_now, ensure_ascii=False)}]


def write_documents_as_system(question: str, documents: list[str], history: History) -> Messages:
    system = "You help the customers of a shop. This is known:\n\n" + "\n\n".join(documents)
    return [{"role": "system", "content": system}, *write_history(history), {"role": "user", "content": question}]


def write_history(history: History) -> Messages:
    """As messages of their own, each in the words that were typed."""
    return [
        {"role": role, "content": text}
        for turn in history
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]


TEMPLATES: dict[str, Callable[[str, list[str], History], Messages]] = {
    "context-first": write_context_first,
    "tags": write_tags,
    "headings": write_headings,
    "german": write_german,
    "french": write_french,
    "question-first": write_question_first,
    "date-first": write_date_first,
    "json": write_json,
    "documents-as-system": write_documents_as_system,
}
