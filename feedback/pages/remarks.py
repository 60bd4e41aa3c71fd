"""What people and evaluations said of answers on purpose comes in; what stands beside each answer goes out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback.detectors.targets import TargetFinder
from feedback.explicit import Feedback
from feedback.pages.observations import State
from tracing.conversations import Conversation

ACTIONS = frozenset({"copy", "edit", "regenerate", "stop", "accept", "share", "rename", "delete"})
EVALUATORS = {"LLM": "by a model", "CODE": "by a program"}
LONGEST_WORDS = 5_000
LONGEST_TITLE = 200
"""So many characters of what anybody may send at any length; REST has all of them."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What was said about an answer on purpose, by a person or by an evaluation."""

    title: str
    state: State
    words: str
    source: str = "said on purpose"


def read_remarks(conversation: Conversation, feedback: Sequence[Feedback]) -> dict[tuple[int, int], list[Remark]]:
    """Return what was said, by (turn, attempt). People's actions are left out: they are shown as signals."""
    finder = TargetFinder(conversation)
    remarks: dict[tuple[int, int], list[Remark]] = {}
    for each in sorted(feedback, key=lambda each: (each.time_ns, each.identifier)):
        target = finder.find(each)
        if target is not None and not (each.annotator_kind == "HUMAN" and each.name in ACTIONS):
            remarks.setdefault(target.key, []).append(bound(describe_feedback(each)))
    return remarks


def bound(remark: Remark) -> Remark:
    """A remark that has room on a page."""
    return replace(remark, title=cut(remark.title, LONGEST_TITLE), words=cut(remark.words, LONGEST_WORDS))


def cut(text: str, most: int) -> str:
    """
    >>> cut("abcdef", 3), cut("abc", 3)
    ('abc … (6 characters)', 'abc')
    """
    return text if len(text) <= most else f"{text[:most]} … ({len(text):,} characters)"


def describe_feedback(feedback: Feedback) -> Remark:
    words = " · ".join(part for part in (feedback.explanation, feedback.correction) if part)
    if feedback.annotator_kind != "HUMAN":
        return describe_evaluation(feedback, words)
    if feedback.name == "thumbs":
        up = feedback.label == "up" if feedback.label else (feedback.score or 0) >= 0.5
        return Remark("Thumb up" if up else "Thumb down", "good" if up else "bad", words)
    value = feedback.label or ("" if feedback.score is None else f"{feedback.score:g}")
    title = feedback.name.replace("_", " ").capitalize()
    return Remark(f"{title}: {value}" if value else title, "unsure", words)


def describe_evaluation(feedback: Feedback, words: str) -> Remark:
    """Return a model's or a program's finding, with who found it; what its scale means is not known."""
    score = "" if feedback.score is None else f"{feedback.score:g}"
    value = ", ".join(part for part in (feedback.label, score) if part)
    title = feedback.name.replace("_", " ")
    who = EVALUATORS.get(feedback.annotator_kind, "by an evaluation")
    return Remark(f"{title}: {value} · {who}" if value else f"{title} · {who}", "unsure", words, f"an evaluation {who}")
