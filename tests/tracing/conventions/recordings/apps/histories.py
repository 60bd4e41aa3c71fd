"""Dialogues that resend what was said before and have no ids: what belongs together is told by the histories alone."""

from collections.abc import Callable

History = list[tuple[str, str]]
Ask = Callable[[str, History], str]
"""A question and what was said before in, the answer out."""


def resend(ask: Ask) -> None:
    """Three questions, each with all that was said before."""
    history: History = []
    for question in ("Do you sell laces for the Alta?", "Which ones hold longer?", "Then two pairs of those, please."):
        history.append((question, ask(question, list(history))))


def regenerate(ask: Ask) -> None:
    """The first question is asked twice; the dialogue goes on from the second answer."""
    question = "Write a greeting for a birthday card."
    ask(question, [])
    ask("Make it rhyme.", [(question, ask(question, []))])


def edit(ask: Ask) -> None:
    """The second message is edited once it was answered; the dialogue goes on from there."""
    first = ("Which boots are good for snow?", ask("Which boots are good for snow?", []))
    ask("And for children?", [first])
    second = ("And for women?", ask("And for women?", [first]))
    ask("How much is it?", [first, second])


HISTORIES: dict[str, Callable[[Ask], None]] = {"resent": resend, "regenerated": regenerate, "edited": edit}
