"""What users do with an answer or a conversation, one signal for each: what the detectors of single acts share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Polarity, Signal
from feedback.detectors.targets import Action, find_actions, pin_signal
from feedback.detectors.texts import Texts


@dataclass(frozen=True, slots=True)
class Act:
    """What an act says about the answer that it is about."""

    reason: str
    polarity: Polarity
    confidence: float
    label: str = ""
    score: float = 1.0
    numbers: tuple[tuple[str, float], ...] = ()


ReadAct = Callable[[Action], Act | None]


def watch_for(
    name: str, *, version: str, title: str, what: str, read: ReadAct, kind: str = "", texts: Texts = Texts.NONE
) -> Detector:
    """A detector of the acts that people did under `name`; `read` says what one means, or None for nothing."""
    kind = kind or name

    def detect(material: Material) -> Iterator[Signal]:
        for action in find_actions(material.conversation, material.feedback, name):
            if act := read(action):
                yield pin_act(action, act, kind, version)

    return Detector(kind=kind, version=version, title=title, what=what, detect=detect, texts=texts)


def pin_act(action: Action, act: Act, kind: str, version: str) -> Signal:
    return pin_signal(
        action.target,
        kind=kind,
        version=version,
        label=act.label,
        score=act.score,
        confidence=act.confidence,
        polarity=act.polarity,
        evidence=Evidence(reason=act.reason, span_ids=(action.target.answer.span_id,), numbers=dict(act.numbers)),
    )
