"""Reviewed messages and answers come in, with what is heard there today; how right each kind of signal is in a project,
and how much it hears of what there is, go out.

Every item stands for those like it that were not chosen, so shares are of all that queues draw from. Items that nothing
was heard in were chosen by chance, too: only so is known what is missed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from feedback.review.questions import CANNOT_TELL, FIXED, NONE, Question
from feedback.review.weighted import WeightedShare, count_alike, estimate_share
from feedback.thresholds import Judged

NO_KIND: Final = frozenset({NONE, CANNOT_TELL, "other"})
ASKED: Final[Mapping[Question, tuple[str, ...]]] = {
    question: tuple(choice.key for choice in FIXED[question].choices if choice.key not in NO_KIND)
    for question in (Question.REACTION, Question.ANSWER)
}
"""The kinds of signals that questions ask about, each as one of its answers."""
KINDS: Final = tuple(kind for kinds in ASKED.values() for kind in kinds)
LABELS: Final[Mapping[str, str]] = {"refusal": "needless"}
"""Kinds of which a question means those of one label alone: to decline may be right."""
LEAST_TOLD = 10
"""Items under which a share is not told."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A signal as it is today."""

    kind: str
    label: str
    score: float
    confidence: float
    fired: bool

    @property
    def is_asked(self) -> bool:
        """Whether the question of its kind means it."""
        return self.label == LABELS.get(self.kind, self.label)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What holds of a message or an answer by its reviewers, and the signals that stand there."""

    question: Question
    conversation_id: str
    choices: tuple[str, ...]
    propensity: float
    signals: tuple[Heard, ...] = ()

    def is_heard(self, kind: str) -> bool:
        return any(each.fired and is_of(each, kind) for each in self.signals)


@dataclass(frozen=True, slots=True)
class Measured:
    """How right one kind is here, by `reviewed` items that its question asks about."""

    kind: str
    reviewed: int
    precision: WeightedShare | None
    """Of what fires today the share that is right; None where no item fires."""
    recall: WeightedShare | None
    """Of what there is the share that fires; None where there is nothing of it."""

    @property
    def missing(self) -> int:
        """How many more items that fire are to be reviewed before the share that is right is told."""
        return count_missing(self.precision)

    @property
    def missing_recall(self) -> int:
        """How many more that are of the kind are to be found before the share that fires is told."""
        return count_missing(self.recall)

    @property
    def is_told(self) -> bool:
        return not self.missing

    @property
    def is_recall_told(self) -> bool:
        return not self.missing_recall


def count_missing(share: WeightedShare | None) -> int:
    return max(0, LEAST_TOLD - (share.n if share else 0))


def measure_kinds(items: Sequence[Reviewed]) -> dict[str, Measured]:
    """By kind, in the order of the questions; kinds that nobody was asked about are missing."""
    asked = {kind: list_asked(kind, items) for kind in KINDS}
    return {kind: measure_kind(kind, own) for kind, own in asked.items() if own}


def list_asked(kind: str, items: Sequence[Reviewed]) -> list[Reviewed]:
    """Those whose question asks about the kind, and was answered."""
    return [item for item in items if kind in ASKED[item.question] and CANNOT_TELL not in item.choices]


def measure_kind(kind: str, items: Sequence[Reviewed]) -> Measured:
    """`items` are those of `list_asked`."""
    heard = [item for item in items if item.is_heard(kind)]
    there = [item for item in items if kind in item.choices]
    return Measured(
        kind,
        reviewed=len(items),
        precision=share_of(heard, [kind in item.choices for item in heard]),
        recall=share_of(there, [item.is_heard(kind) for item in there]),
    )


def share_of(items: Sequence[Reviewed], hits: Sequence[bool]) -> WeightedShare | None:
    return estimate_share(hits, [1 / item.propensity for item in items], [item.conversation_id for item in items])


def list_judged(kind: str, items: Sequence[Reviewed]) -> list[Judged]:
    """What reviewers said of all its signals, by score: also of those that do not fire, right or not.

    What was chosen since users said otherwise is wrong more often than others of its score. So each verdict weighs as
    much as it stands for among those of the same tenth of scores, which together count as many as they tell.
    """
    tenths: defaultdict[int, list[tuple[float, bool, float]]] = defaultdict(list)
    for item in list_asked(kind, items):
        for each in item.signals:
            if is_of(each, kind):
                verdict = (round(each.score, 3), kind in item.choices, 1 / item.propensity)
                tenths[int(each.score * 10)].append(verdict)
    sums: defaultdict[tuple[float, bool], float] = defaultdict(float)
    for own in tenths.values():
        weights = [weight for *_, weight in own]
        scale = count_alike(weights) / sum(weights)
        for score, is_right, weight in own:
            sums[score, is_right] += weight * scale
    return [Judged(score, sums[score, True], sums[score, False]) for score in sorted({score for score, _ in sums})]


def is_of(signal: Heard, kind: str) -> bool:
    return signal.kind == kind and signal.is_asked
