"""The user stopped the answer: how answers ended, actions and what the user wrote next in, signals out.

Who writes "stop", gives up or does it themselves has ended it, too (label `asked`). An app that breaks off, a time
limit or a shutdown is nobody's opinion and gives none. Nor is a client's own time limit, which looks like a reader who
leaves: it ends the answer at a round time, and the client asks again by itself.
"""

from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.reactions import list_likely, pin_reaction
from feedback.detectors.retries import was_cut_by_client
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, find_actions, list_targets, pin_signal
from feedback.detectors.texts import Texts
from feedback.detectors.times import describe_seconds
from tracing.texts.stand_ins import count_characters

KIND = "early_termination"
VERSION = "4"
SCORE_PRESSED = 0.98
SCORE_CLIENT = 0.95
SCORE_UNKNOWN = 0.5
THRESHOLD = 0.6
ASKED = "asked"
READ_AS = "stop"
"""The kind of reaction by which it is asked for."""
PRESSED = "the user pressed stop"
REASONS = {"page_closed": "the user closed the page"}
"""By the label of what was told as a stop; `tacit.js` tells this one."""


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer that was stopped by its reader, or by nobody knows whom (not fired)."""
    found = {(signal.trace_id, signal.span_id): signal for signal in list_asked(material)}
    for signal in list_stopped(material):
        key = signal.trace_id, signal.span_id
        if key not in found or found[key].score <= signal.score:
            found[key] = signal
    yield from sorted(found.values(), key=lambda signal: signal.turn_index)


def list_asked(material: Material) -> Iterator[Signal]:
    """One for each answer after which its reader may have written that it should stop."""
    for reaction in list_likely(material, READ_AS):
        yield pin_reaction(
            reaction,
            kind=KIND,
            read_as=READ_AS,
            version=VERSION,
            label=ASKED,
            polarity=-1,
            does="tells it to stop, or gives up",
        )


def list_stopped(material: Material) -> Iterator[Signal]:
    """One for each answer that ended early, by a person or by nobody knows whom."""
    stops = find_actions(material.conversation, material.feedback, "stop")
    reasons = {each.target.key: REASONS.get(each.feedback.label, PRESSED) for each in stops}
    for target in list_targets(material.conversation):
        ended_by = target.answer.ended_by if target.answer.outcome == "stopped" else "itself"
        if target.key in reasons:
            yield _pin(target, SCORE_PRESSED, 0.95, reasons[target.key])
        elif was_cut_by_client(target.turn.answers, target.attempt):
            continue
        elif ended_by == "client":
            yield _pin(target, SCORE_CLIENT, 0.9, "the user's side ended the answer")
        elif ended_by in ("unknown", ""):
            yield _pin(target, SCORE_UNKNOWN, 0.2, "the answer ended early, by whom is not known")


def _pin(target: Target, score: float, confidence: float, reason: str) -> Signal:
    seconds = target.answer.duration_ns / 1e9
    characters = count_characters(target.answer.text)
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        score=score,
        confidence=confidence,
        fired=score >= THRESHOLD,
        polarity=-1,
        evidence=Evidence(
            reason=f"{reason} after {describe_seconds(seconds)} and {characters:,} characters",
            span_ids=(target.answer.span_id,),
            numbers={"characters_shown": characters, "seconds_until_stopped": seconds},
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Stopped the answer",
    what="The user ended the answer before it was complete, or told the assistant to stop.",
    detect=detect,
    texts=Texts.SOME,
)
