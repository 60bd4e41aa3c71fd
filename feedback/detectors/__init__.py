"""A conversation and what is known of it come in, signals go out: one file for each kind, all listed here."""

import logging
from collections.abc import Sequence

from feedback.detectors import (
    abandonment,
    accept,
    agent_loop,
    apology,
    clarification_request,
    comment,
    complaint,
    constraint_violation,
    conversation_length,
    copy,
    correction,
    correction_text,
    delete,
    dialogue_diversity,
    early_termination,
    edit,
    error,
    false_success,
    format_failure,
    judgement,
    language_mismatch,
    low_confidence,
    pii_leak,
    praise,
    prompt_attack,
    rating,
    refusal,
    regeneration,
    rename,
    rephrase,
    request_human,
    sentiment,
    sentiment_shift,
    share,
    slow,
    thumbs,
    tool_failure,
    tool_misuse,
    toxic_output,
    truncation,
    unsupported,
)
from feedback.detectors.detector import Detector
from feedback.detectors.machines import silence
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.texts import Texts, choose_heard, does_stay, find_lost, without_lost
from tracing.conversations import Conversation

__all__ = ["DETECTORS", "Detector", "Evidence", "Material", "Signal", "detect_signals", "stays"]

logger = logging.getLogger(__name__)

DETECTORS: tuple[Detector, ...] = (
    regeneration.DETECTOR,
    early_termination.DETECTOR,
    abandonment.DETECTOR,
    rephrase.DETECTOR,
    correction.DETECTOR,
    complaint.DETECTOR,
    clarification_request.DETECTOR,
    praise.DETECTOR,
    request_human.DETECTOR,
    sentiment.DETECTOR,
    sentiment_shift.DETECTOR,
    refusal.DETECTOR,
    apology.DETECTOR,
    format_failure.DETECTOR,
    constraint_violation.DETECTOR,
    language_mismatch.DETECTOR,
    error.DETECTOR,
    truncation.DETECTOR,
    slow.DETECTOR,
    low_confidence.DETECTOR,
    tool_failure.DETECTOR,
    tool_misuse.DETECTOR,
    agent_loop.DETECTOR,
    false_success.DETECTOR,
    dialogue_diversity.DETECTOR,
    conversation_length.DETECTOR,
    prompt_attack.DETECTOR,
    toxic_output.DETECTOR,
    pii_leak.DETECTOR,
    unsupported.DETECTOR,
    thumbs.DETECTOR,
    rating.DETECTOR,
    comment.DETECTOR,
    correction_text.DETECTOR,
    copy.DETECTOR,
    edit.DETECTOR,
    accept.DETECTOR,
    share.DETECTOR,
    rename.DETECTOR,
    delete.DETECTOR,
    judgement.DETECTOR,
)


NEEDED: dict[str, Texts] = {detector.kind: detector.texts for detector in DETECTORS}
"""By kind, what its detector needs of texts."""


def detect_signals(material: Material, detectors: Sequence[Detector] = DETECTORS) -> list[Signal]:
    """Return what every detector finds that is on; a machine is not dissatisfied. One that raises is logged and loses
    only its own signals."""
    signals: list[Signal] = []
    lost = find_lost(material.conversation)
    worded = without_lost(material) if lost else material
    for detector in material.tuning.choose(detectors):
        needy = detector.texts in (Texts.TURN, Texts.CONVERSATION)
        try:
            signals.extend(choose_heard(detector.detect(worded if needy else material), detector.texts, lost))
        except Exception:
            logger.exception(
                "detector %s %s failed on conversation %r; its signals are missing there",
                detector.kind,
                detector.version,
                material.conversation.conversation_id,
            )
    fired = material.tuning.apply(signals)
    return list(silence(material, fired) if material.verdict.kind else fired)


def stays(kind: str, turn_index: int, conversation: Conversation) -> bool:
    """Whether a signal that is not heard again stays, because a text that its detector needs is gone."""
    return does_stay(NEEDED.get(kind, Texts.NONE), turn_index, conversation)
