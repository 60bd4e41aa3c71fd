"""Failing turns and the known failure modes come in; how near each turn lies to the border of a mode goes out."""

from collections.abc import Sequence

import numpy as np

from feedback.failure_modes.catalogue import Catalogue, list_examples
from feedback.failure_modes.clustering import Floats


def measure_nearness(catalogue: Catalogue, vectors: Floats, kinds: Sequence[str]) -> Floats:
    """For each row 1 on the border of the mode of its kind that it is most like, on either side of it, 0 far away."""
    centred = catalogue.centre(vectors)
    nearness = np.zeros(len(vectors), np.float32)
    for kind in sorted(set(kinds)):
        rows = np.array([row for row, each in enumerate(kinds) if each == kind])
        nearness[rows] = np.clip(1 - np.abs(1 - measure_ratios(catalogue, centred[rows], kind)), 0, 1)
    return nearness


def measure_ratios(catalogue: Catalogue, centred: Floats, kind: str) -> Floats:
    """How many times as like a mode each row is as it has to be to join it, of the mode for which that is most."""
    borders = {mode.number: mode.border for mode in catalogue.modes}
    examples = list_examples(catalogue.modes, kind)
    if not examples:
        return np.zeros(len(centred), np.float32)
    needed = np.array([borders[number] * each.within for number, each in examples], np.float32)
    ratios: Floats = (centred @ np.stack([each.mean for _, each in examples]).T / needed).max(axis=1)
    return ratios
