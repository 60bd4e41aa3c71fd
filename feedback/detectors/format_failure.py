"""The answer has not the form that was asked for: parameters, messages, instructions and answers in, signals out.

JSON is asked for by the call's parameters (with a schema, if one was sent), by the message, or by the instructions;
other forms by the message or the instructions. The label is the form, or `schema`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from feedback.detectors.detector import Detector
from feedback.detectors.given import list_parameters, read_instructions
from feedback.detectors.material import Material
from feedback.detectors.schemas import find_schema_fault
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.texts import Texts
from feedback.replies import find_refusal
from feedback.wishes.checking import Failure, check_form, read_json
from feedback.wishes.forms import FormWish, find_form_wishes, find_standing_form_wishes
from tracing.conversations import Answer

KIND = "format_failure"
VERSION = "1"
THRESHOLD = 0.5

Basis = Literal["parameters", "message", "earlier", "instructions", "fence"]
SCORES: Mapping[Basis, float] = {
    "parameters": 0.95,
    "message": 0.85,
    "earlier": 0.7,
    "instructions": 0.75,
    "fence": 0.45,
}
SCORE_UNSURE = 0.45
SCORE_DECLINED = 0.3
"""The answer declines or asks back, and so has no form to fail."""
LONGEST_QUESTION = 300

_JSON_BLOCK = re.compile(r"```json\b|^[ \t]*(?:\{\s*[\"'\w}]|\[\s*[\"'{\[\d])", re.IGNORECASE | re.MULTILINE)
_SKETCH = re.compile(r"\.\.\.|…|//|/\*|<\w+>|^[ \t]*#", re.MULTILINE)
"""What stands in JSON that only shows how it is to look."""
_ONLY_JSON = FormWish("json", 0, 0, is_only=True)
_SOME_JSON = FormWish("json", 0, 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that an answer was to have, who asked for it, and by what schema."""

    wish: FormWish
    basis: Basis
    schema: Mapping[str, Any] | None = None


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each form that an answer was to have and has not."""
    before: set[str] = set()
    for turn in material.conversation.turns:
        wishes = find_form_wishes(turn.user_text)
        for attempt, answer in enumerate(turn.answers):
            if not answer.text.strip() or answer.outcome in ("error", "stopped"):
                continue
            for asked in list_asked(material, answer, wishes, before):
                if failure := find_failure(answer.text, asked):
                    yield _pin(Target(turn, attempt), asked, failure)
        before.update(wish.form for wish in wishes)


def list_asked(material: Material, answer: Answer, wishes: Sequence[FormWish], before: set[str]) -> Iterator[Asked]:
    """Every form that the answer was to have, each once: what binds most comes first."""
    forms: set[str] = set()
    for asked in _list_all(material, answer, wishes, before):
        if asked.wish.form not in forms:
            forms.add(asked.wish.form)
            yield asked


def _list_all(material: Material, answer: Answer, wishes: Sequence[FormWish], before: set[str]) -> Iterator[Asked]:
    for parameters in list_parameters(material, answer):
        if is_json_asked(parameters):
            yield Asked(_ONLY_JSON, "parameters", read_schema(parameters.get("response_format")))
    yield from (Asked(wish, "message") for wish in wishes)
    if not wishes:
        told = find_standing_form_wishes(read_instructions(material, answer))
        yield from (Asked(wish, "instructions") for wish in told)
    if _JSON_BLOCK.search(answer.text):
        if "json" in before:
            yield Asked(_SOME_JSON, "earlier")
        elif "```json" in answer.text and not _SKETCH.search(answer.text):
            yield Asked(_SOME_JSON, "fence")


def is_json_asked(parameters: Mapping[str, Any]) -> bool:
    """Whether the call's parameters ask for JSON, in the ways of the providers."""
    if parameters.get("output.type") == "json":
        return True
    told = parameters.get("response_format")
    if isinstance(told, str):
        return told in ("json", "json_object", "application/json")
    return isinstance(told, Mapping) and (
        told.get("type") in ("json_object", "json_schema", "json") or read_schema(told) is not None
    )


def read_schema(told: Any) -> Mapping[str, Any] | None:
    """The JSON schema in a response format, however deep it lies; None where there is none.

    >>> read_schema({"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}})
    {'type': 'object'}
    """
    if not isinstance(told, Mapping):
        return None
    for name in ("json_schema", "schema"):
        if isinstance(told.get(name), Mapping):
            return read_schema(told[name]) or told[name]
    return told if "properties" in told or told.get("type") in ("object", "array") else None


def find_failure(answer: str, asked: Asked) -> tuple[Failure, str] | None:
    """How the answer fails what was asked, and the label; None where it does not."""
    if failure := check_form(answer, asked.wish):
        return failure, asked.wish.form
    if asked.schema is not None:
        value, _, error = read_json(answer)
        if error is None and (fault := find_schema_fault(asked.schema, value)):
            return Failure(f"the JSON does not fit the schema that was sent: {fault}"), "schema"
    return None


def score_failure(answer: str, asked: Asked, failure: Failure) -> float:
    """How likely the answer fails what was wanted."""
    if asked.basis != "parameters" and (find_refusal(answer) or _asks_back(answer)):
        return SCORE_DECLINED
    return SCORES[asked.basis] if failure.is_sure else SCORE_UNSURE


def _asks_back(answer: str) -> bool:
    return len(answer) <= LONGEST_QUESTION and answer.rstrip().endswith(("?", "？"))


def _pin(target: Target, asked: Asked, found: tuple[Failure, str]) -> Signal:
    failure, label = found
    score = score_failure(target.answer.text, asked, failure)
    in_message = asked.basis == "message" and not failure.offsets
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label=label,
        score=score,
        confidence=0.9 if asked.basis == "parameters" else 0.75,
        fired=score >= THRESHOLD,
        polarity=-1,
        evidence=Evidence(
            reason=failure.reason,
            offsets=((asked.wish.start, asked.wish.end),) if in_message else failure.offsets,
            span_ids=(target.answer.span_id,),
            text="user" if in_message else "answer",
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Wrong format",
    what="The answer has not the form that was asked for: JSON, a schema, a table, a list, code alone.",
    detect=detect,
    texts=Texts.TURN,
)
