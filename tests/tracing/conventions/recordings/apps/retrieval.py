"""Documents and dialogues of a topic, whose file is the app's first argument; the app itself answers.

No app that uses this says whose a dialogue is: what the person typed has to be found without any id.
"""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

TOPIC: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
DOCUMENTS: list[str] = TOPIC["documents"]
QUESTIONS: list[list[str]] = [[each["question"] for each in dialogue] for dialogue in TOPIC["dialogues"]]
MODEL = "gpt-5-mini"

History = list[tuple[str, str]]
"""What was asked and answered before."""


def talk(answer: Callable[[str, History], str]) -> None:
    """Every dialogue, question by question."""
    for questions in QUESTIONS:
        history: History = []
        for question in questions:
            history.append((question, answer(question, list(history))))


def retrieve(question: str, most: int = 3) -> list[str]:
    """The documents with the most words of the question."""
    words = find_words(question)
    return sorted(DOCUMENTS, key=lambda document: -len(words & find_words(document)))[:most]


def find_words(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", text.lower()))
