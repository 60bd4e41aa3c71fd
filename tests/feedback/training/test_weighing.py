import numpy as np
import numpy.typing as npt
import pytest

from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS, TONES, Exchange, Reading
from feedback.reactions.transformer import OUTPUTS
from feedback.training.chats import Labelled
from feedback.training.weighing import (
    FEEDBACK_SHARE,
    describe_readings,
    find_threshold,
    find_thresholds,
    fit_weighing,
    read_by_folds,
    weigh_for_practice,
)

Floats = npt.NDArray[np.float32]


def label(kind: str, number: int) -> Labelled:
    complaints = frozenset({COMPLAINT_KINDS[number % 6]} if kind == "complaint" else ())
    tone = {"complaint": "negative", "praise": "positive"}.get(kind, "neutral")
    kinds = frozenset({kind} if kind else ())
    return Labelled(Exchange("m", "r", "a"), kinds, complaints, tone, "en", f"c-{number}-{kind}", "f", 2)


@pytest.fixture(scope="module")
def labelled() -> list[Labelled]:
    return [label(kind, number) for number in range(30) for kind in (*KINDS, "", "", "")]


@pytest.fixture(scope="module")
def logits(labelled: list[Labelled]) -> Floats:
    """Of a network that sees the truth through noise."""
    rows = [[2.0 * is_output(name, each) for name in OUTPUTS] for each in labelled]
    return (np.array(rows) + np.random.default_rng(0).normal(0, 0.7, (len(labelled), len(OUTPUTS)))).astype(np.float32)


def is_output(name: str, labelled: Labelled) -> bool:
    told = {*labelled.kinds, labelled.tone, "feedback" if labelled.kinds else "nothing"}
    told |= {f"mostly_{kind}" for kind in labelled.kinds} | {f"complaint_{kind}" for kind in labelled.complaint_kinds}
    return name in told


def read_unsure(labelled: list[Labelled]) -> list[Reading]:
    """By a quick reader that knows nothing."""
    shares = dict.fromkeys(COMPLAINT_KINDS, 1 / 6), dict.fromkeys(TONES, 1 / 3)
    return [Reading(0.5, dict.fromkeys(KINDS, 0.1), *shares, "static") for _ in labelled]


@pytest.fixture(scope="module")
def readings(labelled: list[Labelled], logits: Floats) -> list[Reading]:
    return read_by_folds(logits, read_unsure(labelled), labelled)


def test_what_is_weighed_is_right_on_average_and_mostly_in_kind(
    labelled: list[Labelled], readings: list[Reading]
) -> None:
    truth = np.mean([bool(each.kinds) for each in labelled])
    assert abs(np.mean([each.feedback for each in readings]) - truth) < 0.02
    for kind in KINDS:
        told = np.mean([each.kinds[kind] for each in readings])
        assert abs(told - np.mean([kind in each.kinds for each in labelled])) < 0.02
    right = [
        max(KINDS, key=reading.kinds.__getitem__) in each.kinds
        for reading, each in zip(readings, labelled, strict=True)
        if each.kinds
    ]
    assert np.mean(right) > 0.8


def test_a_reader_that_knows_nothing_weighs_little(labelled: list[Labelled], logits: Floats) -> None:
    weighing = fit_weighing(logits, read_unsure(labelled), labelled)
    transformer, quick = weighing.kinds["praise"][:2]
    assert transformer > 0.3
    assert abs(quick) < 0.05


def test_in_practice_feedback_is_a_twentieth(labelled: list[Labelled]) -> None:
    weights = weigh_for_practice(labelled)
    assert np.isclose(weights.sum(), 1)
    assert np.isclose(sum(weight for weight, each in zip(weights, labelled, strict=True) if each.kinds), FEEDBACK_SHARE)


def test_a_threshold_is_the_lowest_score_that_is_precise_enough() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    weights = np.full(5, 0.2)
    assert find_threshold(scores, np.array([True, True, True, False, False]), weights) == 0.6
    assert find_threshold(scores, np.array([False, False, True, True, True]), weights) == 0.9


def test_of_equal_scores_all_fire_or_none() -> None:
    scores = np.array([0.9, 0.9, 0.5, 0.5, 0.5])
    targets = np.array([True, True, True, False, False])
    assert find_threshold(scores, targets, np.full(5, 0.2)) == 0.9


def test_rare_feedback_needs_higher_scores(labelled: list[Labelled], readings: list[Reading]) -> None:
    thresholds = find_thresholds(readings, labelled)
    assert set(thresholds) == set(KINDS)
    scores = np.array([each.kinds["praise"] for each in readings])
    even = np.full(len(labelled), 1 / len(labelled))
    assert thresholds["praise"] > find_threshold(scores, np.array([bool(each.kinds) for each in labelled]), even)
    line = describe_readings("made up", readings, labelled, thresholds)
    assert f"made up, {len(labelled)} messages" in line
    assert "request_human 0.9" in line
