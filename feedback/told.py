"""Feedback as apps and pages tell it over REST: one item of JSON comes in; `Feedback`, the `Withdrawal` of such, or why
it is refused goes out."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError, field_validator

from feedback.comparisons.comparison import NAME as COMPARISON
from feedback.comparisons.comparison import ComparisonError, read_comparison
from feedback.explicit import ASK_ID, Feedback
from tracing.resources import EXACTLY
from tracing.times import EPOCH

MOST_TEXT = 100_000
MOST_METADATA = 20_000
"""Characters of its JSON."""
DEEPEST_METADATA = 50
BROWSER_PREFIX = "browser:"
"""Before every identifier that a key of browsers names: it can replace only what came with such keys."""
MOST_AHEAD = timedelta(days=1)
BROWSERS_CLOCK = timedelta(days=1)
"""So far may the clock of a visitor be off, or a page have waited for a network."""
MICROSECOND = timedelta(microseconds=1)

THUMBS = "thumbs"
SCORES_OF_THUMBS = {"up": 1.0, "down": 0.0}
LABELS_OF_THUMBS = {score: label for label, score in SCORES_OF_THUMBS.items()}
TARGETS = ("conversation_id", "trace_id", "span_id", "message_id")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")

WORDS = {
    "missing": "This is needed.",
    "string_pattern_mismatch": "This has not the form of it: ids of traces are 32 hexadecimal digits, of spans 16.",
    "extra_forbidden": "There is no such field.",
    "string_unicode": "This holds half a letter (a lone surrogate), which no text has.",
    "timezone_aware": "A time needs its zone: 2026-11-21T08:15:30Z.",
}
"""What pydantic says in other words, by the type of its error."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That what was told under an identifier is taken back."""

    identifier: str


class NotToldError(Exception):
    """An item that is refused; the message says what was wrong, what was expected."""


def read_time(value: object) -> object:
    """A time as text; pydantic takes numbers, too."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or "T" not in value.upper():
        raise ValueError("Write a time as 2026-11-21T08:15:30Z.")
    return value


def measure_depth(value: object, most: int) -> int:
    """How deep lists and objects stand in each other; no deeper than `most` is looked."""
    if not isinstance(value, list | dict) or not most:
        return 0
    items = value.values() if isinstance(value, dict) else value
    return 1 + max((measure_depth(item, most - 1) for item in items), default=0)


Name = Annotated[str, Field(max_length=100)]
Text = Annotated[str, Field(max_length=MOST_TEXT)]
Id = Annotated[str, Field(max_length=500)]


class NewFeedback(BaseModel):
    """What somebody said or did about an answer. It names its target by one of the four ids, or by several.

    Of thumbs, `label` (`up`, `down`) says `score` (1, 0), and the other way round. The same `identifier` again
    replaces; without one it is made of everything else, so that the same item again counts once. `time` is now where
    it is left out.
    """

    model_config = EXACTLY

    name: Annotated[Name, Field(pattern=r"\S", examples=["thumbs"])]
    score: Annotated[float, Field(allow_inf_nan=False)] | None = None
    label: Annotated[Name, Field(examples=["down"])] = ""
    explanation: Text = ""
    correction: Text = ""
    annotator_kind: Literal["HUMAN", "LLM", "CODE"] = "HUMAN"
    metadata: dict[str, Any] = {}
    identifier: Annotated[str, Field(max_length=300)] = ""
    conversation_id: Annotated[Id, Field(examples=["support-1"])] = ""
    trace_id: Annotated[str, Field(pattern="^([0-9a-fA-F]{32})?$")] = ""
    span_id: Annotated[str, Field(pattern="^([0-9a-fA-F]{16})?$", description="Of a model call.")] = ""
    message_id: Id = ""
    ask_id: Annotated[Id, Field(description="Of the question that it answers: the `id` of a decision of `asks`.")] = ""
    time: Annotated[AwareDatetime, BeforeValidator(read_time), Field(strict=False)] | None = None

    @field_validator("name", "label", "identifier")
    @classmethod
    def check_line(cls, value: str) -> str:
        if CONTROL.search(value):
            raise ValueError("This holds a control character; send one line of text.")
        return value

    @field_validator("metadata")
    @classmethod
    def check_metadata(cls, value: dict[str, Any]) -> dict[str, Any]:
        if measure_depth(value, DEEPEST_METADATA + 1) > DEEPEST_METADATA:
            raise ValueError(f"This is nested over {DEEPEST_METADATA} deep.")
        text = json.dumps(value, ensure_ascii=False)
        if len(text) > MOST_METADATA:
            raise ValueError(f"This has {len(text):,} characters as JSON; at most {MOST_METADATA:,} are taken.")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError(WORDS["string_unicode"]) from None
        return value


class NewWithdrawal(BaseModel):
    """Takes back what was told under `identifier`, as if it had not been told; it is no error where nothing was."""

    model_config = EXACTLY

    identifier: Annotated[str, Field(min_length=1, max_length=300 + len(BROWSER_PREFIX), examples=["thumb-of-17"])]
    withdrawn: Literal[True]


Item = TypeVar("Item", NewFeedback, NewWithdrawal)


def read_item(item: object, project_id: int, received_at: datetime) -> Feedback | Withdrawal:
    """What an item of JSON tells or takes back. Raises NotToldError."""
    if not isinstance(item, Mapping):
        raise NotToldError("This is no object; send {“name”: …} with what it is about.")
    given = {name: value for name, value in item.items() if value is not None}
    if "withdrawn" in given:
        return Withdrawal(check_item(NewWithdrawal, given).identifier)
    return read_told(check_item(NewFeedback, given), project_id, received_at)


def check_item(model: type[Item], given: Mapping[str, Any]) -> Item:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise NotToldError(" ".join(describe_error(each) for each in error.errors()[:5])) from None


def read_told(told: NewFeedback, project_id: int, received_at: datetime) -> Feedback:
    """The feedback that an item tells. Raises NotToldError."""
    if told.name != COMPARISON and not any(getattr(told, target) for target in TARGETS):
        raise NotToldError(f"It says not what it is about; send one of {', '.join(TARGETS)}.")
    time = told.time or received_at
    if not EPOCH <= time <= received_at + MOST_AHEAD:
        raise NotToldError(f"`time`: {time.isoformat()} is not between 1970 and tomorrow.")
    feedback = check_comparison(complete_thumb(make_feedback(told, project_id, time)), told.time is not None)
    return feedback if feedback.identifier else replace(feedback, identifier=derive_identifier(feedback, told.time))


def describe_error(error: Mapping[str, Any]) -> str:
    """One error of pydantic, short whatever was sent."""
    place = ".".join(str(part)[:100] for part in error["loc"])
    words = WORDS.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ").rstrip(".")[:300] + "."
    return f"`{place}`: {words}"


def make_feedback(told: NewFeedback, project_id: int, time: datetime) -> Feedback:
    values = told.model_dump(exclude={"time", "ask_id"})
    values["metadata"] |= {ASK_ID: told.ask_id} if told.ask_id else {}
    values |= {"trace_id": told.trace_id.lower(), "span_id": told.span_id.lower()}
    return Feedback(project_id=project_id, time_ns=(time - EPOCH) // MICROSECOND * 1000, **values)


def complete_thumb(feedback: Feedback) -> Feedback:
    """A thumb with both label and score, whichever was sent; other feedback as it is. Raises NotToldError."""
    if feedback.name != THUMBS:
        return feedback
    label, score = feedback.label.lower(), feedback.score
    if not label and score is None:
        raise NotToldError("Thumbs say which: send `label` (up, down) or `score` (1, 0).")
    if label and label not in SCORES_OF_THUMBS:
        raise NotToldError(f"`label`: {feedback.label!r} is no thumb; send up or down.")
    if score is not None and score not in LABELS_OF_THUMBS:
        raise NotToldError(f"`score`: {score} is no thumb; send 1 for up or 0 for down.")
    label = label or LABELS_OF_THUMBS[score or 0.0]
    if score is not None and score != SCORES_OF_THUMBS[label]:
        raise NotToldError(f"`label` says {label} and `score` {score:g}; send one of them, or both alike.")
    return replace(feedback, label=label, score=SCORES_OF_THUMBS[label])


def check_comparison(feedback: Feedback, is_dated: bool) -> Feedback:
    """The same, if it is a comparison one that can be counted, and told from others like it. Raises NotToldError."""
    if feedback.name != COMPARISON:
        return feedback
    try:
        told = read_comparison(feedback)
    except ComparisonError as error:
        raise NotToldError(str(error)) from None
    names_answer = told.a.has_id or told.b.has_id or any(getattr(feedback, target) for target in TARGETS)
    if not (names_answer or is_dated or feedback.identifier):
        raise NotToldError(
            "It names no answer and no conversation; send an `identifier`, so that two alike count twice."
        )
    return feedback


def derive_identifier(feedback: Feedback, time: datetime | None) -> str:
    """The same for the same content and target; `time` is part of it where it was sent."""
    content = asdict(feedback) | {"time_ns": time.isoformat() if time else "", "project_id": 0, "identifier": ""}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return "content:" + hashlib.sha256(text.encode()).hexdigest()[:32]


def limit_to_browser(told: Feedback | Withdrawal, received_at: datetime) -> Feedback | Withdrawal:
    """The same as a key of browsers may tell it: by a person, about now, replacing and withdrawing only what such keys
    told. Raises NotToldError.
    """
    if isinstance(told, Feedback):
        check_browser(told, received_at)
    return replace(told, identifier=BROWSER_PREFIX + told.identifier)


def check_browser(feedback: Feedback, received_at: datetime) -> None:
    """Raises NotToldError where a key of browsers may not tell it."""
    if feedback.annotator_kind != "HUMAN":
        raise NotToldError("`annotator_kind`: A key for browsers tells what people say; leave it out or send HUMAN.")
    distance = abs(EPOCH + feedback.time_ns // 1000 * MICROSECOND - received_at)
    if distance > BROWSERS_CLOCK:
        raise NotToldError("`time`: With a key for browsers it is within a day of now; leave it out.")
