"""Labelled exchanges come in, the weights of the quick reader (`feedback.reactions.static`) go out.

One logistic regression for each output over the same features; what is known of an exchange decides which of them it
teaches. Scores are calibrated on folds that were not learnt from.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from feedback.reactions.features import Features, list_groups, read_features
from feedback.reactions.reaction import COMPLAINT_KINDS, TONES
from feedback.reactions.static import BLOCKS, FEEDBACK, OUTPUTS, Floats, Model
from feedback.training.chats import FOLDS, Labelled, split_by_conversation

FEWEST = {"runs": 2, "groups": 3, "answer": 3, "reply": 3, "marks": 3}
"""In how many exchanges a feature must occur to be learnt, by block."""
SCALES = {"runs": 1.0, "groups": 1.0, "answer": 0.4, "reply": 0.5, "marks": 0.3}
MEASURE_SCALE = 0.25
INVERSE_PENALTY = 2.0

Sparse = Any
"""A matrix of scipy, which has no types."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Which features are learnt, and what their values are multiplied by."""

    rows: Mapping[str, Mapping[str, int]]
    """By block, from 0 in each."""
    rarities: Mapping[str, Floats]
    measure_scales: Floats


def list_names(block: str, features: Features) -> Counter[str]:
    """What occurs of one block, and how often it counts."""
    if block == "groups":
        return Counter(group for word in features.words for group in list_groups(word))
    return Counter(getattr(features, block))


def build_vocabulary(features: Sequence[Features]) -> Vocabulary:
    rows, rarities = {}, {}
    for block in BLOCKS:
        counts = Counter(name for each in features for name in set(list_names(block, each)))
        names = sorted(name for name, count in counts.items() if count >= FEWEST[block] and "\n" not in name)
        rows[block] = {name: place for place, name in enumerate(names)}
        rarities[block] = (
            np.log((1 + len(features)) / (1 + np.array([counts[name] for name in names]))).astype(np.float32) + 1
        )
    spread = np.array([each.measures for each in features]).std(axis=0) + 0.05
    return Vocabulary(rows, rarities, (MEASURE_SCALE / spread).astype(np.float32))


def build_matrix(vocabulary: Vocabulary, features: Sequence[Features]) -> Sparse:
    """A row for each exchange: all blocks, then the measures; the same values as `Model.weigh` multiplies."""
    blocks = [_build_block(vocabulary, block, features) for block in BLOCKS]
    measures = np.array([each.measures for each in features]) * vocabulary.measure_scales
    matrix = hstack([*blocks, csr_matrix(measures)]).tocsr()
    matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")  # for liblinear
    return matrix


def _build_block(vocabulary: Vocabulary, block: str, features: Sequence[Features]) -> Sparse:
    rows, rarities = vocabulary.rows[block], vocabulary.rarities[block]
    data: list[float] = []
    indices: list[int] = []
    starts = [0]
    for each in features:
        known = [(rows[name], count) for name, count in list_names(block, each).items() if name in rows]
        values = np.array([count for _, count in known], float)
        if block != "marks" and known:
            rarity = rarities[[row for row, _ in known]]
            values = values * rarity / np.sqrt((values * rarity**2).sum())
        data += (values * SCALES[block]).tolist()
        indices += [row for row, _ in known]
        starts.append(len(indices))
    return csr_matrix((data, indices, starts), shape=(len(features), len(rows)))


def list_targets(output: str, labelled: Sequence[Labelled]) -> npt.NDArray[np.int8]:
    """Of each exchange 1, 0, or -1 where it does not teach the output."""
    return np.array([_find_target(output, each) for each in labelled], np.int8)


def _find_target(output: str, labelled: Labelled) -> int:
    if output in TONES:
        return int(labelled.tone == output) if "tones" in labelled.teaches else -1
    if "kinds" not in labelled.teaches:
        return -1
    if output in COMPLAINT_KINDS:
        return int(output in labelled.complaint_kinds) if labelled.complaint_kinds else -1
    return int(bool(labelled.kinds) if output == FEEDBACK else output in labelled.kinds)


def fit_model(features: Sequence[Features], labelled: Sequence[Labelled]) -> Model:
    vocabulary = build_vocabulary(features)
    fitted = fit_outputs(build_matrix(vocabulary, features), labelled)
    return _build_model(vocabulary, fitted[:-1], fitted[-1])


def fit_outputs(matrix: Sparse, labelled: Sequence[Labelled]) -> Floats:
    """Weights, a row for each column of the matrix, the intercepts last, a column for each of `OUTPUTS`."""
    return np.stack([_fit_output(matrix, list_targets(output, labelled)) for output in OUTPUTS], axis=1)


def _fit_output(matrix: Sparse, targets: npt.NDArray[np.int8]) -> Floats:
    taught = np.flatnonzero(targets >= 0)
    model = LogisticRegression(
        C=INVERSE_PENALTY, solver="liblinear", dual=True, tol=1e-3, max_iter=1_000, random_state=0
    )
    model.fit(matrix[taught], targets[taught])
    return np.concatenate([model.coef_[0], model.intercept_])


def _build_model(vocabulary: Vocabulary, coefficients: Floats, bias: Floats) -> Model:
    rows: dict[str, dict[str, int]] = {}
    multipliers, first = [], 0
    for block in BLOCKS:
        rarity = vocabulary.rarities[block] if block != "marks" else np.ones(len(vocabulary.rows[block]))
        multipliers.append(rarity * SCALES[block])
        rows[block] = {name: first + place for name, place in vocabulary.rows[block].items()}
        first += len(rows[block])
    weights = coefficients[:first] * np.concatenate(multipliers)[:, None]
    return Model(
        rows=rows,
        weights=weights.astype(np.float32),
        rarities=np.concatenate([vocabulary.rarities[block] for block in BLOCKS]) ** 2,
        measures=(coefficients[first:] * vocabulary.measure_scales[:, None]).astype(np.float32),
        bias=bias.astype(np.float32),
    )


def score_held_out(features: Sequence[Features], labelled: Sequence[Labelled], folds: int = FOLDS) -> Floats:
    """Logits of each exchange by weights that were learnt from no part of its conversation.

    Which features there are, and how rare, is counted over all: that says nothing of labels.
    """
    matrix = build_matrix(build_vocabulary(features), features)
    fold_of = np.array(split_by_conversation(labelled, folds))
    logits = np.zeros((len(labelled), len(OUTPUTS)), np.float32)
    for fold in range(folds):
        held, learnt = np.flatnonzero(fold_of == fold).tolist(), np.flatnonzero(fold_of != fold).tolist()
        fitted = fit_outputs(matrix[learnt], [labelled[row] for row in learnt])
        logits[held] = matrix[held] @ fitted[:-1] + fitted[-1]
    return logits


def fit_scales(held_out: Floats, labelled: Sequence[Labelled]) -> tuple[Floats, Floats]:
    """By output, the slope and the shift that make of held-out logits log odds, by Platt's method."""
    slopes, shifts = np.ones(len(OUTPUTS), np.float32), np.zeros(len(OUTPUTS), np.float32)
    for column, output in enumerate(OUTPUTS):
        targets = list_targets(output, labelled)
        taught = targets >= 0
        platt = LogisticRegression(C=1e6).fit(held_out[taught, column, None], targets[taught])
        slopes[column], shifts[column] = platt.coef_[0, 0], platt.intercept_[0]
    return slopes, shifts


def calibrate(model: Model, held_out: Floats, labelled: Sequence[Labelled]) -> Model:
    """The model whose scores are probabilities."""
    slopes, shifts = fit_scales(held_out, labelled)
    return replace(
        model, weights=model.weights * slopes, measures=model.measures * slopes, bias=model.bias * slopes + shifts
    )


def train_static(labelled: Sequence[Labelled]) -> tuple[Model, Floats]:
    """The calibrated model, and the held-out logits that it was calibrated on, as it would give them."""
    features = [read_features(each.exchange) for each in labelled]
    held_out = score_held_out(features, labelled)
    slopes, shifts = fit_scales(held_out, labelled)
    return calibrate(fit_model(features, labelled), held_out, labelled), held_out * slopes + shifts
