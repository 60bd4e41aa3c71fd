"""Who said what about which answer: a labelled conversation comes in, the opinions about each of its answers go out.

What people said outright decides alone; without it behaviour counts, and where it contradicts itself nothing is
decided. Where a reviewer wrote a better answer, that decides. What a model or a program judged is no opinion.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from feedback.datasets.definition import GOLD, SILVER
from feedback.datasets.labels.confidence import measure_confidence
from feedback.datasets.labels.edits import Rewrite, read_rewrite
from feedback.datasets.labels.going_on import Course
from feedback.datasets.labels.reviewed import BETTER, list_verdicts, list_words
from feedback.datasets.labels.statements import AnswerKey, Statement, identify_answer
from feedback.datasets.record import Reason
from feedback.detectors import accept, copy, share
from feedback.detectors.acts import Act
from feedback.detectors.correction_text import read_correction
from feedback.detectors.rating import CONFIDENCE_TOLD, read_rating
from feedback.detectors.signal import Signal
from feedback.detectors.targets import Action
from feedback.detectors.thumbs import read_thumb
from feedback.explicit import Feedback
from feedback.review.questions import SATISFIED

GOOD_ACTIONS: Final[Mapping[str, Act]] = {"copy": copy.ACT, "accept": accept.ACT, "share": share.ACT}
WEAK_ACTIONS: Final = frozenset({"action:share"})
"""They may be for other reasons than that the answer was good: too little to imitate it."""
GOOD_SIGNALS: Final = frozenset({"praise"})

NOT_ABOUT_THE_TEXT: Final = frozenset(
    {"thumbs", "rating", "comment", "correction_text", "edit", "copy", "accept", "share", "rename", "delete"}
    | {"error", "slow", "truncation", "tool_failure", "sentiment", "sentiment_shift"}
    | {"apology", "low_confidence", "conversation_length", "dialogue_diversity", "judgement", "unsupported", "pii_leak"}
)
"""Negative signals that are no verdict on what the answer says: what was said or done on purpose is read from the
feedback itself; failures and slowness say nothing about the words, nor does tone alone; an apology is about the answer
before; what leaked is a placeholder in a row; the rest is what programs and models hold of it, with which people mostly
do not agree."""

LEAST_CONFIDENCE: Final = 0.5
"""A signal whose detector is less sure of itself than this, or that is likelier not there, labels nothing: most of its
labels would be wrong."""
LEAST_CHANGE_AGAINST: Final = 0.25
"""Share of an answer from which on an edit says that the answer was not good."""
SURE_OF_EDITS: Final = 0.8
UNCLEAR_RATING: Final = 1
"""Where the scale was not told: the best of 0 to 1, the worst of 1 to 5."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One statement about an answer."""

    source: str
    """`thumbs:up`, `rating:high`, `action:copy`, `correction`, `review:satisfied`, `signal:rephrase`, …"""
    good: bool
    score: float = 1.0
    confidence: float = 1.0
    """Probability that it is right about the answer."""
    detector: str = ""
    version: str = ""
    is_explicit: bool = False
    """Said outright of the answer, or confirmed by a person."""
    place: float | None = None
    """Of thumbs and ratings: where on their scale, 0 the worst and 1 the best."""
    reviewers: int = 0
    """Who said so, where reviewers did."""
    is_adjudicated: bool = False

    @property
    def is_thumb(self) -> bool:
        return self.source.startswith("thumbs:")

    @property
    def tier(self) -> str:
        return GOLD if self.is_explicit else SILVER


Opinions = Mapping[AnswerKey, Sequence[Opinion]]


def collect_opinions(course: Course) -> Opinions:
    """Return the opinions about each answer, the weightiest first, the same for any order of the input."""
    found: dict[AnswerKey, set[Opinion]] = defaultdict(set)
    told = (_read_feedback(course), _read_signals(course), _read_verdicts(course), _read_words(course))
    for key, opinion in chain.from_iterable(told):
        found[key].add(opinion)
    return {key: sorted(_let_better_decide(opinions), key=_rank) for key, opinions in found.items()}


def approve(rewrite: Rewrite) -> Opinion:
    """Of the new text: somebody wrote it for better."""
    return Opinion(
        rewrite.source,
        good=True,
        is_explicit=True,
        reviewers=rewrite.reviewers,
        is_adjudicated=rewrite.is_adjudicated,
    )


def weigh_opinions(opinions: Sequence[Opinion]) -> Opinion | Reason:
    """Return the opinion that decides, or why none does."""
    explicit = list_explicit(opinions)
    weighed = explicit or list(opinions)
    if not weighed:
        return Reason.NOT_JUDGED
    if len({opinion.good for opinion in weighed}) > 1:
        return Reason.CONTRADICTORY_THUMBS if explicit else Reason.MIXED_SIGNALS
    return weighed[0]


def list_explicit(opinions: Sequence[Opinion]) -> list[Opinion]:
    return [opinion for opinion in opinions if opinion.is_explicit]


def _rank(opinion: Opinion) -> tuple[bool, bool, bool, float, float, str, str, str]:
    signal = opinion.source.startswith("signal:")
    ranked = (not opinion.is_explicit, not opinion.is_thumb, signal, -opinion.confidence, -opinion.score)
    return (*ranked, opinion.source, opinion.detector, opinion.version)


def _read_feedback(course: Course) -> Iterator[tuple[AnswerKey, Opinion]]:
    for statement in course.statements:
        if opinion := _read_opinion(statement):
            yield identify_answer(statement.answer), opinion


def _read_opinion(statement: Statement) -> Opinion | None:
    feedback = statement.feedback
    if feedback.name == "thumbs" and (thumb := read_thumb(feedback)):
        return Opinion(f"thumbs:{thumb}", good=thumb == "up", is_explicit=True, place=float(thumb == "up"))
    if feedback.name == "rating":
        return _read_rating(statement)
    if feedback.name == "correction" and read_correction(Action(statement.target, feedback)):
        return Opinion("correction", good=False, is_explicit=True)
    if feedback.name == "edit":
        return _read_edit(statement)
    if act := GOOD_ACTIONS.get(feedback.name):
        return _read_action(feedback, act)
    return None


def _read_rating(statement: Statement) -> Opinion | None:
    """A rating whose scale was not told is a guess; in the middle of the scale it is neither for nor against."""
    feedback = statement.feedback
    act = read_rating(Action(statement.target, feedback))
    is_told = act is not None and act.confidence == CONFIDENCE_TOLD
    if act is None or not act.polarity or (feedback.score == UNCLEAR_RATING and not is_told):
        return None
    good = act.polarity > 0
    return Opinion(
        f"rating:{'high' if good else 'low'}",
        good=good,
        confidence=measure_confidence(act.score, act.confidence),
        is_explicit=is_told,
        place=dict(act.numbers)["share_of_scale"] if is_told else None,
    )


def _read_edit(statement: Statement) -> Opinion | None:
    """Whoever changes a word takes the answer as it is otherwise; much of it changed speaks against it."""
    rewrite = read_rewrite(statement)
    if rewrite is None or rewrite.change < LEAST_CHANGE_AGAINST:
        return None
    score = 0.5 + rewrite.change / 2
    return Opinion(rewrite.source, good=False, score=score, confidence=measure_confidence(score, SURE_OF_EDITS))


def _read_action(feedback: Feedback, act: Act) -> Opinion | None:
    """Who shares a whole conversation says nothing of one answer."""
    if feedback.name == "share" and not (feedback.span_id or feedback.trace_id or feedback.message_id):
        return None
    confidence = measure_confidence(act.score, act.confidence)
    return Opinion(f"action:{feedback.name}", good=True, score=act.score, confidence=confidence)


def _read_signals(course: Course) -> Iterator[tuple[AnswerKey, Opinion]]:
    for signal in course.labelled.signals:
        if (is_praise(signal) or is_criticism(signal)) and (answer := course.find_answer(signal)):
            yield identify_answer(answer), read_signal(signal)


def _read_verdicts(course: Course) -> Iterator[tuple[AnswerKey, Opinion]]:
    """What reviewers say of a conversation is about an answer where there is but one turn."""
    turns = course.conversation.turns
    if len(turns) != 1:
        return
    for each in list_verdicts(course.labelled):
        opinion = Opinion(
            f"review:{each.verdict}",
            good=each.verdict == SATISFIED,
            is_explicit=True,
            reviewers=each.reviewers,
            is_adjudicated=each.is_adjudicated,
        )
        yield identify_answer(course.find_kept(turns[0]).answer), opinion


def _read_words(course: Course) -> Iterator[tuple[AnswerKey, Opinion]]:
    for word in list_words(course):
        opinion = Opinion(
            word.source,
            good=word.good,
            is_explicit=True,
            reviewers=word.review.reviewers,
            is_adjudicated=word.review.is_adjudicated,
        )
        yield identify_answer(word.answer), opinion


def _let_better_decide(opinions: Collection[Opinion]) -> Collection[Opinion]:
    """Who wrote a better answer has seen what the others say, and more."""
    return [opinion for opinion in opinions if opinion.source == BETTER] or opinions


def read_signal(signal: Signal) -> Opinion:
    """What a signal says of its answer: surely, where a person confirmed it."""
    confirmed = signal.confirmation is not None
    return Opinion(
        f"signal:{signal.kind}",
        good=signal.polarity > 0,
        score=signal.score,
        confidence=1.0 if confirmed else measure_confidence(signal.score, signal.confidence),
        detector=signal.detector,
        version=signal.version,
        is_explicit=confirmed,
    )


def is_praise(signal: Signal) -> bool:
    return _is_sure(signal) and signal.polarity > 0 and signal.kind in GOOD_SIGNALS


def is_criticism(signal: Signal) -> bool:
    """Say whether the signal is a verdict against what the answer says."""
    if not _is_sure(signal) or signal.polarity >= 0:
        return False
    if signal.kind == "refusal":  # to decline may be right
        return signal.label == "needless"
    return signal.kind not in NOT_ABOUT_THE_TEXT


def _is_sure(signal: Signal) -> bool:
    """Whether it stands, by a person's word or likelier than not."""
    is_likely = signal.score >= LEAST_CONFIDENCE and signal.confidence >= LEAST_CONFIDENCE
    return signal.stands and (signal.confirmation is not None or is_likely)
