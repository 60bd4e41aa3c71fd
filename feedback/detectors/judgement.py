"""What a language model judged of an answer: feedback of a model in, signals out. Only where a judge is set up."""

from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Polarity, Signal
from feedback.detectors.targets import TargetFinder, pin_signal
from feedback.detectors.texts import Texts
from feedback.explicit import Feedback
from feedback.judging.cases import NAME, SCORES

KIND = "judgement"
VERSION = "1"
POLARITIES: dict[str, Polarity] = {"served": 1, "partly": -1, "failed": -1, "unclear": 0}
CONFIDENCE = 0.5
"""How much a judge is worth is told by how far it agrees with people, not by itself."""


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer that a model rated on Tacit's scale; the last rating holds."""
    told = [each for each in material.feedback if each.name == NAME and each.annotator_kind == "LLM"]
    finder = TargetFinder(material.conversation) if told else None
    last: dict[tuple[int, int], Signal] = {}
    for feedback in sorted(told, key=lambda each: (each.time_ns, each.identifier)):
        if finder and feedback.label in SCORES and (target := finder.find(feedback)):
            last[target.key] = pin_signal(
                target,
                kind=KIND,
                version=VERSION,
                label=feedback.label,
                score=1.0,
                confidence=CONFIDENCE,
                fired=feedback.label != "unclear",
                polarity=POLARITIES[feedback.label],
                evidence=build_evidence(feedback, target.answer.span_id),
            )
    yield from (last[key] for key in sorted(last))


def build_evidence(feedback: Feedback, span_id: str) -> Evidence:
    model = str(feedback.metadata.get("model", "")) or "a model"
    reason = f": {feedback.explanation}" if feedback.explanation else ""
    sampled = bool(feedback.metadata.get("sampled", False))
    return Evidence(f"{model} rates it {feedback.label}{reason}", span_ids=(span_id,), numbers={"sampled": sampled})


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Judged by a model",
    what="A language model rated the answer by what the user wrote next; only where a judge is set up.",
    detect=detect,
    texts=Texts.SOME,
)
