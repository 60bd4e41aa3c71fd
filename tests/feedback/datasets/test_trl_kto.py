"""Rows of TRL's `KTOTrainer`."""

from types import SimpleNamespace
from typing import Any

import pytest

from feedback.datasets.trl_kto import FITTING_RATIO, advise, weigh_classes, write_row
from tests.feedback.datasets.specimens import make_record


def judged(desirable: int, undesirable: int) -> list[Any]:
    return [SimpleNamespace(label=number < desirable) for number in range(desirable + undesirable)]


def test_a_label_is_true_or_false() -> None:
    good, bad = (write_row(make_record("Q?", answer="A.", label=label), False) for label in (True, False))
    assert good == {
        "prompt": [{"role": "user", "content": "Q?"}],
        "completion": [{"role": "assistant", "content": "A."}],
        "label": True,
    }
    assert bad["label"] is False


@pytest.mark.parametrize(("desirable", "undesirable"), [(10, 100), (100, 10), (50, 50), (1, 1), (95, 25)])
def test_weights_bring_the_classes_to_where_they_fit(desirable: int, undesirable: int) -> None:
    low, high = FITTING_RATIO
    weights = weigh_classes(desirable, undesirable)
    assert low <= weights[0] * desirable / (weights[1] * undesirable) <= high
    assert min(weights) == 1


def test_one_class_alone_gets_no_weights() -> None:
    assert "desirable_weight" not in advise(judged(3, 0))
    assert advise(judged(3, 1))["undesirable_weight"] > 1
