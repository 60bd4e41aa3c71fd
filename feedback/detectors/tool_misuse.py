"""The model used a tool wrongly: a tool that there is not, or arguments that its schema does not take."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.tool_uses import ToolUse, encode_sorted, list_definitions, list_used

KIND = "tool_misuse"
VERSION = "2"
SHOWN_CHARACTERS = 160
LARGEST_SCHEMA = 50_000
"""Characters; what a larger one asks for is not checked."""


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each way in which an answer's tools were used wrongly, on the first use that was."""
    for target, uses in list_used(material):
        told: set[str] = set()
        for use in uses:
            if (fault := find_fault(use)) and fault[0] not in told:
                told.add(fault[0])
                yield pin(target, use, *fault)


def find_fault(use: ToolUse) -> tuple[str, str] | None:
    """A label and a reason; None where nothing is wrong, or no definition was sent."""
    definitions = list_definitions(use.asked_by) if use.asked_by else {}
    if not definitions:
        return None
    if use.name not in definitions:
        return "undeclared", f"the model asked for the tool {use.name!r}, which it was not offered"
    if isinstance(use.arguments, str):
        return "invalid_json", f"the arguments for {use.name} are no JSON object"
    message = check_arguments(definitions[use.name], use.arguments)
    return ("arguments", f"the arguments for {use.name} do not fit its schema: {message}") if message else None


def check_arguments(schema: Mapping[str, Any], arguments: Any) -> str:
    """What is wrong with them; empty where nothing is, or the schema itself is none."""
    validator = make_validator(encode_sorted(schema))
    if validator is None:
        return ""
    error = next(iter(validator.iter_errors(arguments)), None)
    return "" if error is None else error.message[:SHOWN_CHARACTERS]


@lru_cache(maxsize=256)
def make_validator(schema: str) -> Any:
    """A validator that fetches nothing and matches in linear time: schemas come from outside."""
    if len(schema) > LARGEST_SCHEMA:
        return None
    try:
        return jsonschema_rs.validator_for(schema, offline=True, pattern_options=jsonschema_rs.RegexOptions())
    except (ValueError, jsonschema_rs.ReferencingError):
        return None


def pin(target: Target, use: ToolUse, label: str, reason: str) -> Signal:
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label=label,
        score=0.95,
        confidence=0.9,
        polarity=-1,
        evidence=Evidence(reason=reason, span_ids=(use.span_id,) if use.span_id else ()),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Tool used wrongly",
    what="The model asked for a tool that it was not offered, or with arguments that the tool does not take.",
    detect=detect,
)
