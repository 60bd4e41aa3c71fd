"""How near failing turns lie to the border of a failure mode."""

import numpy as np
import pytest

from feedback.failure_modes.catalogue import Catalogue, Mode, collect_examples
from feedback.failure_modes.clustering import Floats
from feedback.review.borders import measure_nearness


def turn_from(share: float) -> Floats:
    """A vector of length one that is so alike to the examples' mean."""
    return np.array([share, (1 - share**2) ** 0.5, 0.0], np.float32)


@pytest.fixture
def catalogue() -> Catalogue:
    mean = np.array([[1.0, 0.0, 0.0]] * 4, np.float32)
    return Catalogue((Mode(1, (collect_examples("answer", mean),), border=0.5),), sum=np.zeros(3, np.float32), seen=0)


def test_turns_are_nearest_where_they_just_join(catalogue: Catalogue) -> None:
    """Likeness within counts .4 at most, so .2 is needed."""
    vectors = np.stack([turn_from(share) for share in (0.2, 0.1, 0.3, 0.4, 0.9, -0.5)])
    nearness = measure_nearness(catalogue, vectors, ["answer"] * 6)
    assert nearness == pytest.approx([1.0, 0.5, 0.5, 0.0, 0.0, 0.0], abs=1e-5)


def test_modes_of_another_kind_have_no_border(catalogue: Catalogue) -> None:
    assert measure_nearness(catalogue, np.stack([turn_from(0.2)]), ["tools"]) == pytest.approx([0.0])
    assert measure_nearness(Catalogue(), np.stack([turn_from(0.2)]), ["answer"]) == pytest.approx([0.0])
