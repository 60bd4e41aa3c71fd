"""What both readers make of an exchange comes in, one calibrated reading goes out.

A small logistic regression for each kind weighs four numbers: the kind and feedback as such, by the transformer and by
the quick reader. They are learnt by `feedback.training.reactions` on chats that neither reader had learnt from, so they
also say how far each is to be believed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS, TONES, Reading
from feedback.reactions.transformer import FEEDBACK, NOTHING, OUTPUTS

WEIGHTS = Path(__file__).parent / "weighing.json"
HIGHEST = 30.0
"""Logits beyond it are as good as certain."""
LEAST = 1e-6
LIFT = 0.25
"""0: the probabilities of the kinds sum to that of feedback; 1: the likeliest kind is as likely as feedback."""

Array = npt.NDArray[np.float64]
_COLUMN = {name: column for column, name in enumerate(OUTPUTS)}


@dataclass(frozen=True, slots=True)
class Weighing:
    """What was learnt. Each list has a weight for each column of the views of the same name, then a bias."""

    kinds: Mapping[str, Sequence[float]]
    """By each of `KINDS` and `FEEDBACK`."""
    complaint_kinds: Mapping[str, Sequence[float]]
    tones: Mapping[str, Sequence[float]]

    def weigh(self, logits: npt.NDArray[np.float32], quick: Sequence[Reading]) -> list[Reading]:
        """Readings of exchanges from the transformer's logits (a row each, `OUTPUTS`) and the quick reader's view."""
        alone = {
            name: _sigmoid(_apply(weights, view_kind(name, logits, quick))) for name, weights in self.kinds.items()
        }
        kinds = share_feedback(alone[FEEDBACK], np.stack([alone[kind] for kind in KINDS], 1))
        complaints = _share(_apply_all(self.complaint_kinds, view_complaints(logits, quick)))
        tones = _share(_apply_all(self.tones, view_tones(logits, quick)))
        return [
            Reading(
                feedback=float(alone[FEEDBACK][row]),
                kinds=dict(zip(KINDS, kinds[row].tolist(), strict=True)),
                complaint_kinds=dict(zip(self.complaint_kinds, complaints[row].tolist(), strict=True)),
                tones=dict(zip(self.tones, tones[row].tolist(), strict=True)),
                tier="transformer",
            )
            for row in range(len(quick))
        ]


def share_feedback(feedback: Array, kinds: Array) -> Array:
    """Probabilities of kinds, a row for each exchange, which together are about that of feedback.

    Kinds by themselves order messages worse than feedback does: what may be a correction or a complaint is surely
    feedback, and yet neither is likely. So each gets its share of the feedback, and all the more where they compete.
    """
    shares = kinds / kinds.sum(axis=1, keepdims=True)
    shared: Array = feedback[:, None] * shares / shares.max(axis=1, keepdims=True, initial=LEAST) ** LIFT
    return shared


def view_kind(name: str, logits: npt.NDArray[np.float32], quick: Sequence[Reading]) -> Array:
    """What bears on a kind, or on `FEEDBACK`: log odds, a row for each exchange."""
    columns = [_join_odds(FEEDBACK, logits), _to_log_odds([each.feedback for each in quick])]
    if name != FEEDBACK:
        columns = [_join_odds(name, logits), _to_log_odds([each.kinds[name] for each in quick]), *columns]
    views: Array = np.stack(columns, 1)
    return views


def _join_odds(name: str, logits: npt.NDArray[np.float32]) -> Array:
    """Mean log odds of the two ways in which the network says it: by itself, and as what the message mostly is."""
    alone = np.clip(logits[:, _COLUMN[name]].astype(float), -HIGHEST, HIGHEST)
    shares = _share(logits[:, _COLUMN[NOTHING] :].astype(float))
    share = 1 - shares[:, 0] if name == FEEDBACK else shares[:, 1 + KINDS.index(name)]
    joined: Array = (alone + _to_log_odds(share)) / 2
    return joined


def view_complaints(logits: npt.NDArray[np.float32], quick: Sequence[Reading]) -> Array:
    columns = [_COLUMN[f"complaint_{kind}"] for kind in COMPLAINT_KINDS]
    return _view_shares(
        logits[:, columns], [[each.complaint_kinds[kind] for kind in COMPLAINT_KINDS] for each in quick]
    )


def view_tones(logits: npt.NDArray[np.float32], quick: Sequence[Reading]) -> Array:
    columns = [_COLUMN[tone] for tone in TONES]
    return _view_shares(logits[:, columns], [[each.tones[tone] for tone in TONES] for each in quick])


def _view_shares(logits: npt.NDArray[np.float32], shares: Sequence[Sequence[float]]) -> Array:
    """Of each possibility how far it lies above the mean of them, by the transformer, then by the quick reader."""
    logs = np.log(np.maximum(np.array(shares, float).reshape(logits.shape), LEAST))
    centred = [each - each.mean(axis=1, keepdims=True) for each in (logits.astype(float), logs)]
    return np.hstack(centred)


def _apply_all(weights: Mapping[str, Sequence[float]], views: Array) -> Array:
    return np.stack([_apply(each, views) for each in weights.values()], 1)


def _apply(weights: Sequence[float], views: Array) -> Array:
    sums: Array = views @ np.array(weights[:-1]) + weights[-1]
    return sums


def _to_log_odds(probabilities: npt.ArrayLike) -> Array:
    clipped = np.clip(np.asarray(probabilities, float), LEAST, 1 - LEAST)
    odds: Array = np.log(clipped / (1 - clipped))
    return odds


def _sigmoid(log_odds: Array) -> Array:
    probabilities: Array = 1 / (1 + np.exp(-np.clip(log_odds, -HIGHEST, HIGHEST)))
    return probabilities


def _share(logits: Array) -> Array:
    """Softmax of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares


@cache
def load_weighing() -> Weighing:
    return Weighing(**json.loads(WEIGHTS.read_text(encoding="utf-8")))


def write_weighing(weighing: Weighing) -> None:
    WEIGHTS.write_text(json.dumps(asdict(weighing), indent=1) + "\n", encoding="utf-8")
