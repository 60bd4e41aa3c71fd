"""A tool failed while the answer was made: uses of tools in, signals out. Labels are `error`, `timeout`, `empty`."""

from collections.abc import Iterator, Sequence

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.texts import Texts
from feedback.detectors.tool_results import Failure, judge_result
from feedback.detectors.tool_uses import ToolUse, list_used

KIND = "tool_failure"
VERSION = "2"
THRESHOLD = 0.5
SCORE_LAST, SCORE_RECOVERED, SCORE_EMPTY = 0.95, 0.6, 0.3
"""Of a tool that did not work to the end, of one that worked when it was asked again, of one that found nothing."""
SHOWN_CHARACTERS = 120


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each way in which tools failed an answer, with all the uses that did."""
    for target, uses in list_used(material):
        judged = [(use, *judge_result(use)) for use in uses]
        for label in dict.fromkeys(failure for _, failure, _ in judged if failure):
            failed = [(use, message) for use, failure, message in judged if failure == label]
            yield pin(target, label, failed, recovered=has_recovered(judged, label))


def has_recovered(judged: Sequence[tuple[ToolUse, Failure, str]], label: Failure) -> bool:
    """Whether each tool that failed so gave something when it was used again."""
    for index, (use, failure, _) in enumerate(judged):
        later = judged[index + 1 :]
        if failure == label and not any(each.name == use.name and not state for each, state, _ in later):
            return False
    return True


def pin(target: Target, label: Failure, failed: Sequence[tuple[ToolUse, str]], *, recovered: bool) -> Signal:
    score = SCORE_EMPTY if label == "empty" else SCORE_RECOVERED if recovered else SCORE_LAST
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label=label,
        score=score,
        confidence=0.9 if failed[0][0].run else 0.7,
        fired=score >= THRESHOLD,
        polarity=-1,
        evidence=Evidence(
            reason=describe(label, failed, recovered=recovered),
            span_ids=tuple(dict.fromkeys(use.span_id for use, _ in failed if use.span_id)),
            numbers={"failures": float(len(failed))},
        ),
    )


def describe(label: Failure, failed: Sequence[tuple[ToolUse, str]], *, recovered: bool) -> str:
    use, message = failed[-1]
    how = {"error": "failed", "timeout": "took too long", "empty": "found nothing"}[label or "error"]
    often = f" {len(failed)} times" if len(failed) > 1 else ""
    said = " ".join(message.split())[:SHOWN_CHARACTERS]
    after = ", then worked" if recovered and label != "empty" else ""
    return f"the tool {use.name} {how}{often}{after}" + (f": {said}" if said and label != "empty" else "")


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Tool failed",
    what="A tool that the assistant used gave an error, took too long, or found nothing.",
    detect=detect,
    texts=Texts.SOME,
)
