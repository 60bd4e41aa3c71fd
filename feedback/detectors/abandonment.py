"""The user left where a conversation does not end well: how it ended in, signals out, once it is quiet.

Most people leave without a word, also after a good answer; so the last exchange has to say that something was missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from feedback.detectors.detector import Detector
from feedback.detectors.exchanges import Reaction
from feedback.detectors.material import Material
from feedback.detectors.reactions import load_threshold
from feedback.detectors.sentiment import is_toned
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, find_actions, pin_signal
from feedback.detectors.texts import Texts
from feedback.replies import find_refusal
from tracing.conversations import Turn

KIND = "abandonment"
VERSION = "2"
THRESHOLD = 0.6
CONTENT = frozenset({"copy", "accept", "share"})
"""Acts of somebody who got what they came for."""
REACTIONS = {
    "rephrase": "after asking the same again in other words",
    "correction": "after correcting the answer",
    "complaint": "after complaining of the answer",
    "stop": "after telling the assistant to stop",
    "request_human": "after asking for a person",
}
"""What a last message may do that nobody does who is content."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How likely it is that the user left without what they came for, and why."""

    score: float
    label: str
    reason: str


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal on the last answer of a quiet conversation, where its end says that something was missing."""
    if not material.is_quiet:
        return
    turn = material.conversation.turns[-1]
    ending = judge_end(material, turn)
    if ending is None:
        return
    yield pin_signal(
        Target(turn, len(turn.alternatives)),
        kind=KIND,
        version=VERSION,
        label=ending.label,
        score=ending.score,
        confidence=0.6,
        fired=ending.score >= THRESHOLD,
        polarity=-1,
        evidence=Evidence(reason=f"the user left {ending.reason}", span_ids=(turn.answer.span_id,)),
    )


def judge_end(material: Material, turn: Turn) -> Ending | None:
    """What the last exchange says; None where nothing was missing, or the user was content."""
    last = next((each for each in material.reactions if each.turn.index == turn.index), None)
    if is_content(material, turn, last):
        return None
    if turn.answer.outcome == "error":
        return Ending(0.9, "error", "after an error")
    if turn.answer.outcome == "stopped" and turn.answer.ended_by in ("client", "unknown", ""):
        return Ending(0.75, "stopped", "after stopping the answer")
    if turn.answer.outcome == "truncated":
        return Ending(0.65, "truncated", "after an answer that was cut off")
    if find_refusal(turn.answer.text):
        return Ending(0.7, "refusal", "after the assistant declined")
    if last and (kind := find_fired(last)):
        return Ending(0.7, kind, REACTIONS[kind])
    if last and is_toned(last.reading, "negative"):
        return Ending(0.6, "tone", "after a message that sounds negative")
    if turn.answer.text.rstrip().endswith(("?", "？", "؟")):
        return Ending(0.4, "question", "without answering the assistant's question")
    return None


def find_fired(reaction: Reaction) -> str:
    """The likeliest of `REACTIONS` that fires; empty where none does."""
    kinds = reaction.reading.kinds
    fired = [kind for kind in REACTIONS if kinds[kind] >= load_threshold(kind)]
    return max(fired, key=lambda kind: kinds[kind], default="")


def is_content(material: Material, turn: Turn, last: Reaction | None) -> bool:
    """Whether the user thanked, or took the last answer away."""
    if last and (last.reading.kinds["praise"] >= load_threshold("praise") or is_toned(last.reading, "positive")):
        return True
    acts = (act for name in CONTENT for act in find_actions(material.conversation, material.feedback, name))
    return any(act.target.turn.index == turn.index for act in acts)


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Left",
    what="The user left after something had gone wrong, and did not come back to it.",
    detect=detect,
    texts=Texts.END,
)
