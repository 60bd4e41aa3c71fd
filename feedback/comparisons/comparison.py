"""What a comparison is: feedback of the name `comparison` comes in, what it compares and what came of it goes out.

`docs/comparisons.md` says how apps send one.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from feedback.explicit import Feedback

NAME = "comparison"
Outcome = Literal["a", "b", "tie", "neither"]
Slot = Literal["a", "b", ""]
Kind = Literal["explicit", "judge", "behaviour"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
KINDS: tuple[Kind, ...] = get_args(Kind)
ID_FORMS = {
    "message_id": re.compile(r".{1,500}", re.DOTALL),
    "span_id": re.compile(r"[0-9a-f]{16}"),
    "trace_id": re.compile(r"[0-9a-f]{32}"),
}
CHARACTERS = "characters"
MOST_ATTRIBUTES = 20
MOST_TEXT = 200
"""Characters of the name of an attribute, and of its value."""
MOST_CHARACTERS = 10**9


class ComparisonError(ValueError):
    """Feedback that is no comparison; the message says what was wrong and what was expected."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two answers as it was told: by ids of what was shown, by attributes such as its model, or by both."""

    message_id: str = ""
    span_id: str = ""
    trace_id: str = ""
    characters: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_id(self) -> bool:
        return bool(self.message_id or self.span_id or self.trace_id)


@dataclass(frozen=True, slots=True)
class ToldComparison:
    """What somebody said of two answers. `first` is the one that was shown first (above, left); empty if not told."""

    a: Side
    b: Side
    outcome: Outcome
    first: Slot


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two items under their names, and which did better. Two answers of one item tell of order and length alone."""

    id: str
    time_ns: int
    kind: Kind
    a: str
    b: str
    outcome: Outcome
    first: Slot = ""
    characters_a: int | None = None
    characters_b: int | None = None
    """Of the answers, where they are known."""
    user: str = ""
    """Whose verdict it is: those of one user are alike. Empty where nobody is known, which is a user of its own."""
    conversation_id: str = ""
    why: str = ""
    """What somebody did, where it is behaviour."""


def read_comparison(feedback: Feedback) -> ToldComparison:
    """What feedback of the name `comparison` compares. Raises ComparisonError.

    >>> told = {"a": {"model": "gpt-5"}, "b": {"model": "gpt-5-mini"}, "shown": ["b", "a"]}
    >>> read_comparison(Feedback(1, "x", NAME, 0, label="a", metadata=told)).first
    'b'
    """
    outcome = next((each for each in OUTCOMES if each == feedback.label.lower()), None)
    if outcome is None:
        raise ComparisonError(f"`label`: {feedback.label!r} is no outcome; send a, b, tie or neither.")
    sides = {name: read_side(name, feedback.metadata.get(name)) for name in ("a", "b")}
    return ToldComparison(sides["a"], sides["b"], outcome, read_order(feedback.metadata.get("shown")))


def read_side(name: str, told: object) -> Side:
    """Raises ComparisonError."""
    if not isinstance(told, Mapping):
        raise ComparisonError(
            f"`metadata.{name}`: say what {name.upper()} is, as an object with message_id, span_id or trace_id of the "
            "answer, or with attributes such as model or prompt."
        )
    ids = {key: read_id(f"metadata.{name}.{key}", form, told[key]) for key, form in ID_FORMS.items() if key in told}
    attributes = {
        read_text(f"metadata.{name}", key): read_text(f"metadata.{name}.{key}", value)
        for key, value in told.items()
        if key not in ID_FORMS and key != CHARACTERS
    }
    if not ids and not attributes:
        raise ComparisonError(f"`metadata.{name}`: this names nothing; send an id of the answer, its model or prompt.")
    if len(attributes) > MOST_ATTRIBUTES:
        raise ComparisonError(f"`metadata.{name}`: these are {len(attributes)} attributes; at most {MOST_ATTRIBUTES}.")
    return Side(**ids, characters=read_characters(name, told.get(CHARACTERS)), attributes=attributes)


def read_id(place: str, form: re.Pattern[str], value: object) -> str:
    text = value if isinstance(value, str) else ""
    text = text if "message" in place else text.lower()
    if not form.fullmatch(text):
        raise ComparisonError(
            f"`{place}`: this is no id; traces have 32 hexadecimal digits, spans 16, messages an id of the app's own."
        )
    return text


def read_text(place: str, value: object) -> str:
    """A text, number or truth value as one short line of text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) and math.isfinite(value):
        return f"{value:.15g}"
    if not isinstance(value, str) or not value.strip() or len(value) > MOST_TEXT or not value.isprintable():
        raise ComparisonError(f"`{place}`: send one line of text of at most {MOST_TEXT} characters, or a number.")
    return value.strip()


def read_characters(name: str, value: object) -> int | None:
    if value is None:
        return None
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_CHARACTERS
    if not is_count:
        raise ComparisonError(f"`metadata.{name}.{CHARACTERS}`: send how long the answer is, as a whole number.")
    return int(value)  # type: ignore[call-overload, no-any-return]


def read_order(shown: object) -> Slot:
    if shown is None:
        return ""
    if shown == ["a", "b"]:
        return "a"
    if shown == ["b", "a"]:
        return "b"
    raise ComparisonError('`metadata.shown`: send ["a", "b"] or ["b", "a"], the one that was shown first first.')


def tell_kind(feedback: Feedback) -> Kind:
    """Whether a person said it, or a program."""
    return "explicit" if feedback.annotator_kind == "HUMAN" else "judge"
