import math

import numpy as np
import pytest

from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS, TONES, Reading
from feedback.reactions.transformer import OUTPUTS
from feedback.reactions.weighing import load_weighing, share_feedback

UNSURE = Reading(
    feedback=0.3,
    kinds=dict.fromkeys(KINDS, 0.1),
    complaint_kinds=dict.fromkeys(COMPLAINT_KINDS, 1 / len(COMPLAINT_KINDS)),
    tones=dict.fromkeys(TONES, 1 / len(TONES)),
    tier="static",
)


def build_logits(**said: float) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    return np.array([[said.get(name, 0.0) for name in OUTPUTS]], np.float32)


def weigh(quick: Reading = UNSURE, **said: float) -> Reading:
    [reading] = load_weighing().weigh(build_logits(**said), [quick])
    return reading


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_the_transformer_sees_becomes_likelier(kind: str) -> None:
    seen = {kind: 4.0, f"mostly_{kind}": 4.0, "feedback": 4.0}
    unseen = {kind: -4.0, f"mostly_{kind}": -4.0, "feedback": -4.0, "nothing": 4.0}
    assert weigh(**seen).kinds[kind] > weigh(**unseen).kinds[kind]
    assert weigh(**seen).feedback > weigh(**unseen).feedback


def test_what_the_quick_reader_sees_counts_too() -> None:
    sure = Reading(0.95, {**UNSURE.kinds, "praise": 0.95}, UNSURE.complaint_kinds, UNSURE.tones, "static")
    assert weigh(sure).kinds["praise"] > weigh().kinds["praise"]
    assert weigh(sure).feedback > weigh().feedback


def test_a_tone_and_a_kind_of_complaint_that_are_seen_become_likelier() -> None:
    reading = weigh(positive=5.0, complaint_format=5.0)
    assert reading.tones["positive"] > weigh().tones["positive"]
    assert reading.complaint_kinds["format"] > weigh().complaint_kinds["format"]


def test_readings_are_probabilities_however_sure_the_readers_are() -> None:
    for strength in (-1e4, 0.0, 1e4):
        reading = weigh(**(dict.fromkeys(OUTPUTS, strength) | {"feedback": -strength}))
        assert all(0 <= each <= 1 for each in (reading.feedback, *reading.kinds.values()))
        assert math.isclose(sum(reading.complaint_kinds.values()), 1)
        assert math.isclose(sum(reading.tones.values()), 1)
        assert reading.tier == "transformer"


def test_of_no_exchange_there_is_no_reading() -> None:
    assert load_weighing().weigh(np.zeros((0, len(OUTPUTS)), np.float32), []) == []


def test_what_may_be_one_kind_or_another_stays_likely_feedback() -> None:
    kinds = np.array([[0.45, 0.45, 0.01], [0.9, 0.01, 0.01], [0.05, 0.01, 0.01]])
    torn, clear, unlikely = share_feedback(np.array([0.95, 0.95, 0.06]), kinds)
    assert torn[0] == torn[1] > 0.5
    assert clear[0] > 0.9 > torn[0]
    assert max(unlikely) < 0.06
    assert (np.array([torn, clear, unlikely]) <= 1).all()
