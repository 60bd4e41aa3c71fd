"""Detectors come in, groups for a page go out: by what was looked at, each detector in one."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.detector_list import ListedDetector


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds that stand together, and a sentence on what they have in common."""

    title: str
    what: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DetectorGroup:
    title: str
    what: str
    detectors: tuple[ListedDetector, ...]


GROUPS = (
    Group(
        "What users did",
        "Read from what people do and write when an answer does not help, or does.",
        (
            *("regeneration", "early_termination", "abandonment", "rephrase", "correction", "complaint"),
            *("clarification_request", "praise", "request_human", "sentiment", "sentiment_shift"),
            *("conversation_length", "copy", "edit", "accept", "share", "rename", "delete"),
        ),
    ),
    Group(
        "What answers did",
        "Read from the answers, against what was asked, sent and usual.",
        (
            *("unsupported", "refusal", "apology", "constraint_violation", "format_failure", "language_mismatch"),
            *("truncation", "error", "slow", "low_confidence", "dialogue_diversity"),
        ),
    ),
    Group(
        "Safety",
        "Attacks on the assistant, and answers that harm somebody.",
        ("prompt_attack", "toxic_output", "pii_leak"),
    ),
    Group(
        "Agents",
        "Read from what tools were called with and gave back.",
        ("tool_failure", "tool_misuse", "agent_loop", "false_success"),
    ),
    Group(
        "Said on purpose",
        "What people told by a button or in a field, as the app sent it.",
        ("thumbs", "rating", "comment", "correction_text"),
    ),
    Group("Judged", "Rated by a language model, where one is set up.", ("judgement",)),
)
OTHERS = Group("Others", "Detectors that stand in no group yet.", ())


def group_detectors(detectors: Sequence[ListedDetector]) -> list[DetectorGroup]:
    """Every detector once, in the order of its group; groups without any are left out."""
    by_kind = {each.kind: each for each in detectors}
    grouped = {kind for group in GROUPS for kind in group.kinds}
    members = {group: tuple(by_kind[kind] for kind in group.kinds if kind in by_kind) for group in GROUPS}
    members[OTHERS] = tuple(each for each in detectors if each.kind not in grouped)
    return [DetectorGroup(group.title, group.what, found) for group, found in members.items() if found]
