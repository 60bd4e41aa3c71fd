"""Answers to the same message come in, the oldest first; each that was replaced goes out beside what replaced it, with
the words that differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from feedback.pages.word_diff import WordDiff, compare_words
from tracing.conversations import Answer

MOST_COMPARED = 20
"""Pairs of a page that are compared; the rest stand beside each other unmarked."""


class Shown(Protocol):
    @property
    def answer(self) -> Answer: ...


S = TypeVar("S", bound=Shown)


@dataclass(frozen=True, slots=True)
class Alternative(Generic[S]):
    """An answer and the one that the user got in its place."""

    number: int
    """From 1."""
    old: S
    new: S
    diff: WordDiff | None

    @property
    def words(self) -> str:
        """What is between them, in a sentence."""
        if not self.old.answer.text or not self.new.answer.text:
            return "one of them has no words"
        if self.diff is None:
            return "they are too long to be compared"
        if self.diff.alike == 1:
            return "word for word the same"
        if not self.diff.is_worth_it:
            return "hardly a word is the same"
        return f"{self.diff.alike:.0%} of the words stayed"

    @property
    def is_marked(self) -> bool:
        return self.diff is not None and self.diff.is_worth_it and self.diff.alike < 1


def pair_answers(answers: Sequence[S], room: int) -> Iterator[Alternative[S]]:
    """Each with the next one; as many as there is room for are compared."""
    for at in range(len(answers) - 1):
        old, new = answers[at], answers[at + 1]
        has_words = bool(old.answer.text and new.answer.text)
        diff = compare_words(old.answer.text, new.answer.text) if at < room and has_words else None
        yield Alternative(at + 1, old, new, diff)
