"""What somebody looks for comes in as text, with what was found; links in groups and pages whose names fit go out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tracing.menu import Entry

MOST_CHARACTERS = 500
ID = re.compile(r"[^\s\"]{3,200}")
TRACE_ID = re.compile(r"[0-9a-fA-F]{4,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """Something that was found: its words, where it is, and what tells it from others like it."""

    title: str
    address: str
    detail: str = ""
    is_id: bool = False


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """Things of one kind; `all_address` leads to all of them, where there may be more."""

    title: str
    items: tuple[Found, ...]
    all_address: str = ""


def clean_question(text: str) -> str:
    """What is looked for, in one line and of a length that somebody would write."""
    return " ".join(text.replace("\0", " ").split())[:MOST_CHARACTERS]


def may_be_id(question: str) -> bool:
    """Whether an id could begin like this: it is one word."""
    return ID.fullmatch(question) is not None


def looks_like_id(question: str) -> bool:
    """Whether it is an id rather than a word.

    >>> looks_like_id("order-17"), looks_like_id("order"), looks_like_id("cost>0.1")
    (True, False, False)
    """
    return re.fullmatch(r"[\w.:/-]*[\d_/-][\w.:/-]*", question) is not None


def may_be_trace_id(question: str) -> bool:
    return TRACE_ID.fullmatch(question) is not None


def find_entries(entries: Iterable[Entry], question: str) -> list[Entry]:
    """The pages in whose name or other words each word of the question begins one; those named so come first."""
    words = question.casefold().split()
    fits = [entry for entry in entries if begins_all(words, f"{entry.title} {entry.words}")]
    return sorted(fits, key=lambda entry: not begins_all(words, entry.title))


def begins_all(words: Iterable[str], text: str) -> bool:
    """Whether each of the words begins a word of the text.

    >>> begins_all(["fail", "mo"], "Failure modes"), begins_all(["mode"], "Agent tasks")
    (True, False)
    """
    said = re.split(r"[\s/-]+", text.casefold())
    return all(any(each.startswith(word) for each in said) for word in words)
