"""The support assistant's retriever: a question in, earlier answers that share words with it out."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from tracing.demo.dialogues import Dialogue

FEWEST_LETTERS = 4
FEWEST_CHARS = 100
MOST_DOCUMENTS = 3
LEAST_SCORE = 0.12


class Document(TypedDict):
    """What a retriever gives back, in the words that instrumentations use."""

    id: str
    score: float
    content: str


@dataclass(frozen=True, slots=True)
class IndexedAnswer:
    conversation_id: str
    turn_index: int
    content: str
    words: frozenset[str]


class EarlierAnswers:
    """Answers of all conversations but the present one, found by the rarity of shared words."""

    def __init__(self, dialogues: Iterable[Dialogue]) -> None:
        self.answers = [answer for dialogue in dialogues for answer in index_answers(dialogue)]
        self.counts = Counter(word for answer in self.answers for word in answer.words)
        self.conversation_id = ""

    def find_answers(self, query: str) -> list[Document]:
        words = read_words(query)
        scored = ((self.score_answer(words, answer), answer) for answer in self.answers)
        best = sorted(scored, key=lambda pair: pair[0], reverse=True)[:MOST_DOCUMENTS]
        return [write_document(answer, score) for score, answer in best if score >= LEAST_SCORE]

    def score_answer(self, words: frozenset[str], answer: IndexedAnswer) -> float:
        """Cosine of the two sets of words, each word weighted by how few answers hold it."""
        shared = words & answer.words
        if not shared or answer.conversation_id == self.conversation_id:
            return 0.0
        return self.weigh_words(shared) / math.sqrt(self.weigh_words(words) * self.weigh_words(answer.words))

    def weigh_words(self, words: frozenset[str]) -> float:
        return sum(math.log(1 + len(self.answers) / (1 + self.counts[word])) for word in words)


def index_answers(dialogue: Dialogue) -> Iterable[IndexedAnswer]:
    for index, turn in enumerate(dialogue.turns):
        if len(turn.answer) >= FEWEST_CHARS:
            yield IndexedAnswer(dialogue.conversation_id, index, turn.answer, read_words(turn.answer))


def read_words(text: str) -> frozenset[str]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(word for word in words if len(word) >= FEWEST_LETTERS)


def write_document(answer: IndexedAnswer, score: float) -> Document:
    identity = f"{answer.conversation_id}/{answer.turn_index}"
    return Document(id=identity, score=round(score, 3), content=answer.content)
