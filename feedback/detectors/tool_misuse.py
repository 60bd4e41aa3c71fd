"""The model used a tool wrongly: a tool that there is not, or arguments that its schema does not take."""

import json
from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.schemas import find_schema_fault
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.texts import Texts
from feedback.detectors.tool_uses import ToolUse, list_definitions, list_used
from tracing.texts.stand_ins import is_kept

KIND = "tool_misuse"
VERSION = "2"


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
    if not is_kept(json.dumps(use.arguments, ensure_ascii=False)):
        return None
    message = find_schema_fault(definitions[use.name], use.arguments)
    return ("arguments", f"the arguments for {use.name} do not fit its schema: {message}") if message else None


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
    texts=Texts.SOME,
)
