"""Covariates and scores come in as they were measured, standardised covariates and bins of scores go out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

GROUPS = 4
"""Covariates of conversations are as coarse as this, so that conversations that are alike are counted, not listed."""
SCORE_EDGES = np.array([-2.5, -1.5, -0.75, -0.25, 0.25, 0.75, 1.5, 2.5])


@dataclass(frozen=True, slots=True)
class Scale:
    """How the logarithm of a count becomes a covariate, with the mean of a project at 0."""

    mean: float
    deviation: float
    edges: tuple[float, ...] = ()
    """Between groups; none where each value stands for itself."""
    centres: tuple[float, ...] = ()

    def apply(self, values: Array) -> Array:
        standard: Array = (np.log1p(values) - self.mean) / self.deviation
        if not self.centres:
            return standard
        grouped: Array = np.array(self.centres)[np.searchsorted(self.edges, standard, side="right")]
        return grouped


def fit_scale(values: Array, groups: int = 0) -> Scale:
    """Of counts; values that never differ become 0."""
    logs = np.log1p(values)
    scale = Scale(float(logs.mean()) if len(logs) else 0.0, float(logs.std()) if len(logs) and np.ptp(logs) else 1.0)
    if not groups:
        return scale
    standard = scale.apply(values)
    edges = np.unique(np.quantile(standard, np.arange(1, groups) / groups)) if len(standard) else np.zeros(0)
    places = np.searchsorted(edges, standard, side="right")
    centres = [
        float(standard[places == place].mean()) if (places == place).any() else 0.0 for place in range(len(edges) + 1)
    ]
    return Scale(scale.mean, scale.deviation, tuple(edges.tolist()), tuple(centres))


@dataclass(frozen=True, slots=True)
class Binning:
    """Scores, which are log odds, by bins of evidence; those that a project does not have are left out."""

    edges: tuple[float, ...]
    centres: tuple[float, ...]
    """The mean score of each bin."""

    def apply(self, scores: Array) -> Places:
        places: Places = np.searchsorted(self.edges, scores, side="right")
        return places


def fit_binning(scores: Array) -> Binning:
    places = np.searchsorted(SCORE_EDGES, scores, side="right")
    used = np.unique(places)
    if len(used) < 2:  # a model needs two
        middle = float(np.median(scores)) if len(scores) else 0.0
        return Binning((middle,), (middle - 0.5, middle + 0.5))
    edges = [float(SCORE_EDGES[place - 1]) for place in used[1:]]
    return Binning(tuple(edges), tuple(float(scores[places == place].mean()) for place in used))
