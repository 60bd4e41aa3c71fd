"""Distances of texts: even without drift, large for questions of a new kind."""

import numpy as np

from drift.detection.distances import FEATURES, Texts, draw_frequencies, map_vectors, measure_distances
from drift.detection.series import Floats, standardise
from drift.detectors import BY_NAME

METRIC = BY_NAME["question_distance"]
WIDTH, DAYS = 16, 90


def draw_features(centre: Floats, count: int, dice: np.random.Generator) -> Floats:
    vectors = centre + dice.normal(size=(count, WIDTH))
    return map_vectors(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), *draw_frequencies(WIDTH))


def draw_texts(share_of_new: float = 0.0, grows: bool = False) -> Texts:
    """New questions come from day 60 on."""
    dice = np.random.default_rng(1)
    old, new = 2 * dice.normal(size=(2, WIDTH))
    counts = np.linspace(100, 300, DAYS).round() if grows else np.full(DAYS, 200.0)
    sums = np.zeros((DAYS, FEATURES))
    for day, count in enumerate(counts):
        fresh = int(count * share_of_new) if day >= 60 else 0
        sums[day] = draw_features(old, int(count) - fresh, dice).sum(axis=0)
        sums[day] += draw_features(new, fresh, dice).sum(axis=0)
    return Texts(METRIC, counts, sums)


def score(texts: Texts) -> Floats:
    weekdays, ordinary = np.arange(DAYS) % 7, np.ones(DAYS, dtype=np.bool_)
    found = standardise([measure_distances(texts, weekdays, ordinary)], weekdays, ordinary)
    return found.scores[0][found.known[0]]


def test_features_never_change_since_their_sums_are_stored() -> None:
    frequencies, phases = draw_frequencies(3)
    assert frequencies[0, :3].round(6).tolist() == [0.034193, 1.359748, 1.224721]
    assert round(float(phases[0]), 6) == 3.009768


def test_features_of_like_texts_are_alike() -> None:
    one, other = np.eye(WIDTH)[:2]
    near, far = one + 0.1 * other, other
    features = map_vectors(np.stack([one, near, far]), *draw_frequencies(WIDTH))
    assert features[0] @ features[1] > 0.9 > 0.6 > features[0] @ features[2]


def test_days_of_the_same_questions_are_no_further_than_chance() -> None:
    scores = score(draw_texts(grows=True))
    assert len(scores) > 60
    assert scores.max() < 4
    assert abs(scores.mean()) < 0.5


def test_questions_of_a_new_kind_are_far() -> None:
    scores = score(draw_texts(0.15))
    assert scores[-30:-28].min() > 4


def test_no_texts_are_no_distance() -> None:
    for counts in (np.zeros(DAYS), np.full(DAYS, np.nan), np.ones(DAYS)):
        assert not len(score(Texts(METRIC, counts, np.zeros((DAYS, FEATURES)))))
    assert not len(score(Texts(METRIC, np.full(DAYS, 50.0), np.full((DAYS, FEATURES), np.nan))))
