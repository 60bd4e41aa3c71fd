"""What both readers make of exchanges that neither learnt from comes in, how to weigh them and when to fire goes out.

Small logistic regressions, so that a thousand exchanges are enough, and for each kind of feedback the score from which
it fires where feedback is rare.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score

from feedback.reactions import reaction
from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS, TONES, Reading
from feedback.reactions.transformer import FEEDBACK
from feedback.reactions.weighing import Weighing, view_complaints, view_kind, view_tones
from feedback.training.chats import Labelled, split_by_conversation

THRESHOLDS = Path(reaction.__file__).with_name("thresholds.json")
INVERSE_PENALTY = 1.0
COMPLAINT_INVERSE_PENALTY = 0.1
"""There are few complaints and many weights."""
BALANCE = 0.5
"""How much more rare tones and kinds of complaint count: 0 not at all, 1 as much as frequent ones."""
FEEDBACK_SHARE = 0.05
"""Of later messages in practice, about."""
PRECISION = 0.7
"""Of the alarms of each kind. Those of all kinds together, whose surest ones are more, are right more often."""

Floats = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]


def fit_weighing(logits: Floats, quick: Sequence[Reading], labelled: Sequence[Labelled]) -> Weighing:
    """From the transformer's logits and the quick reader's readings of labelled exchanges, each for what it teaches."""
    toned = [row for row, each in enumerate(labelled) if "tones" in each.teaches]
    tones = view_tones(logits[toned], [quick[row] for row in toned])
    judged = [row for row, each in enumerate(labelled) if "kinds" in each.teaches]
    judged_logits, judged_quick = logits[judged], [quick[row] for row in judged]
    complaints = [row for row, each in enumerate(labelled) if each.complaint_kinds]
    kinds = [min(labelled[row].complaint_kinds, key=COMPLAINT_KINDS.index) for row in complaints]
    complaint_views = view_complaints(logits[complaints], [quick[row] for row in complaints])
    return Weighing(
        kinds={
            name: _fit_binary(
                view_kind(name, judged_logits, judged_quick), [is_of_kind(name, labelled[row]) for row in judged]
            )
            for name in (FEEDBACK, *KINDS)
        },
        complaint_kinds=_fit_shares(complaint_views, kinds, COMPLAINT_KINDS, COMPLAINT_INVERSE_PENALTY),
        tones=_fit_shares(tones, [labelled[row].tone for row in toned], TONES, INVERSE_PENALTY),
    )


def read_by_folds(logits: Floats, quick: Sequence[Reading], labelled: Sequence[Labelled]) -> list[Reading]:
    """Readings of each exchange, weighed by what others taught."""
    folds = np.array(split_by_conversation(labelled))
    readings = dict[int, Reading]()
    for fold in set(folds.tolist()):
        learnt, held = (np.flatnonzero(mask).tolist() for mask in (folds != fold, folds == fold))
        weighing = fit_weighing(logits[learnt], [quick[row] for row in learnt], [labelled[row] for row in learnt])
        readings |= dict(zip(held, weighing.weigh(logits[held], [quick[row] for row in held]), strict=True))
    return [readings[row] for row in range(len(labelled))]


def is_of_kind(name: str, labelled: Labelled) -> bool:
    """Whether it is of a kind, or any feedback at all (`FEEDBACK`)."""
    return bool(labelled.kinds) if name == FEEDBACK else name in labelled.kinds


def _fit_binary(views: Array, targets: Sequence[bool]) -> list[float]:
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=1_000).fit(views, targets)
    return _round([*model.coef_[0], model.intercept_[0]])


def _fit_shares(views: Array, targets: Sequence[str], names: Sequence[str], penalty: float) -> dict[str, list[float]]:
    counts = Counter(targets)
    weights = {name: (len(targets) / count) ** BALANCE for name, count in counts.items()}
    model = LogisticRegression(C=penalty, max_iter=1_000, class_weight=weights).fit(views, targets)
    rows = {name: [*model.coef_[row], model.intercept_[row]] for row, name in enumerate(model.classes_)}
    return {name: _round(rows[name]) for name in names}


def _round(weights: Sequence[float]) -> list[float]:
    return [round(float(weight), 4) for weight in weights]


def find_thresholds(readings: Sequence[Reading], labelled: Sequence[Labelled]) -> dict[str, float]:
    """By kind, the lowest score at which alarms are right in `PRECISION` of cases.

    An alarm of a kind is right where the message is feedback at all: in practice nearly all alarms that are wrong come
    from messages that are none.
    """
    weights = weigh_for_practice(labelled)
    is_feedback = np.array([is_of_kind(FEEDBACK, each) for each in labelled])
    return {
        kind: find_threshold(np.array([read_score(kind, each) for each in readings]), is_feedback, weights)
        for kind in KINDS
    }


def read_score(name: str, reading: Reading) -> float:
    return reading.feedback if name == FEEDBACK else reading.kinds[name]


def weigh_for_practice(labelled: Sequence[Labelled]) -> Array:
    """Weights under which feedback is `FEEDBACK_SHARE` of the messages; they sum to 1."""
    is_feedback = np.array([bool(each.kinds) for each in labelled])
    count = int(is_feedback.sum())
    return np.where(is_feedback, FEEDBACK_SHARE / count, (1 - FEEDBACK_SHARE) / (len(labelled) - count))


def find_threshold(scores: Array, targets: npt.NDArray[np.bool_], weights: Array) -> float:
    """The lowest score from which `PRECISION` of the weight is of targets; the highest of all where there is none."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(np.where(targets, weights, 0.0)[order])
    misses = np.cumsum(np.where(targets, 0.0, weights)[order])
    is_last_of_score = np.append(np.diff(scores[order]) < 0, True)
    good = np.flatnonzero((hits >= PRECISION * (hits + misses)) & is_last_of_score)
    lowest = scores[order][good[-1] if len(good) else 0]
    return float(np.floor(lowest * 10_000) / 10_000)


def describe_readings(
    name: str, readings: Sequence[Reading], labelled: Sequence[Labelled], thresholds: Mapping[str, float]
) -> str:
    """A line of average precisions, of the tones' macro-F1, and of what fires where feedback is rare."""
    precisions = {
        kind: average_precision_score(
            [is_of_kind(kind, each) for each in labelled], [read_score(kind, each) for each in readings]
        )
        for kind in (FEEDBACK, *KINDS)
    }
    told = [max(TONES, key=each.tones.__getitem__) for each in readings]
    tones = f1_score([each.tone for each in labelled], told, average="macro")
    fired = np.array([any(each.kinds[kind] >= thresholds[kind] for kind in KINDS) for each in readings])
    weights = weigh_for_practice(labelled)
    is_feedback = np.array([bool(each.kinds) for each in labelled])
    right = weights[fired & is_feedback].sum() / max(weights[fired].sum(), 1e-9)
    figures = ", ".join(f"{kind} {precision:.3f}" for kind, precision in precisions.items())
    return (
        f"both readers, {name}, {len(labelled)} messages: average precision {figures}; tones' macro-F1 {tones:.3f}; "
        f"where {FEEDBACK_SHARE:.0%} are feedback, of what fires {right:.3f} is, and of feedback "
        f"{fired[is_feedback].mean():.3f} fires"
    )


def write_thresholds(thresholds: Mapping[str, float]) -> None:
    THRESHOLDS.write_text(json.dumps(thresholds, indent=1) + "\n", encoding="utf-8")
