"""What is known of conversations becomes votes, and nothing is counted twice."""

import numpy as np
import pytest

from feedback.satisfaction.facts import Facts, Observation
from feedback.satisfaction.votes import (
    WordWeights,
    cast_votes,
    code_votes,
    level_words,
    name_columns,
    score_words,
    spread_scores,
)

COLUMNS = name_columns()


def observe(
    kind: str, turn: int = 1, *, score: float = 0.9, polarity: int = -1, fired: bool = True, label: str = ""
) -> Observation:
    return Observation(kind, polarity, score, fired, turn, label)


def tell(*observations: Observation, turns: int = 3) -> Facts:
    return Facts("c", observations=observations, turns=turns)


def read(facts: Facts) -> dict[str, float]:
    scores = score_words([facts], COLUMNS)[0]
    return {name: float(score) for name, score in zip(COLUMNS, scores, strict=True) if score}


def test_the_highest_score_of_each_kind_counts_and_the_last_turn_apart() -> None:
    facts = tell(
        observe("complaint", 1, score=0.3), observe("complaint", 1, score=0.6), observe("praise", 2, polarity=1)
    )
    assert read(facts) == {"complaint - before": 0.6, "praise + at the end": 0.9}


def test_a_tone_is_read_by_its_sign() -> None:
    assert read(tell(observe("sentiment", polarity=1), observe("sentiment", 2, polarity=-1, score=0.4))) == {
        "sentiment + before": 0.9,
        "sentiment - at the end": 0.4,
    }


def test_a_neutral_tone_and_scores_next_to_nothing_are_no_evidence() -> None:
    assert read(tell(observe("sentiment", polarity=0), observe("complaint", score=0.015))) == {}


def test_writing_to_stop_is_words_and_pressing_stop_is_an_act() -> None:
    written, pressed = tell(observe("early_termination", label="asked")), tell(observe("early_termination"))
    assert read(written) == {"early_termination - before": 0.9}
    assert read(pressed) == {}
    assert code_votes([written, pressed], ["early_termination -"]).tolist() == [[0], [1]]


def test_an_act_is_a_vote_where_it_fired_and_stronger_at_the_end() -> None:
    told = [
        tell(observe("error", 1)),
        tell(observe("error", 1), observe("error", 2)),
        tell(observe("error", fired=False)),
    ]
    assert code_votes(told, ["error -"]).tolist() == [[1], [2], [0]]


@pytest.mark.parametrize("kind", ["thumbs", "rating", "comment", "correction_text"])
def test_what_was_said_on_purpose_is_no_vote(kind: str) -> None:
    facts, votes = tell(observe(kind)), ["error -", "copy +"]
    assert read(facts) == {}
    assert not code_votes([facts], votes).any()


def test_correction_complaint_and_angry_tone_of_one_message_are_one_vote() -> None:
    weights = WordWeights(COLUMNS, np.full((len(COLUMNS), 2), 0.2))
    facts = tell(observe("correction", 2), observe("complaint", 2), observe("sentiment", 2))
    votes = cast_votes([facts], weights, ["words", "error -"])
    assert votes.codes.tolist() == [[level_words(votes.words)[0], 0]]
    assert votes.words[0] == pytest.approx(3 * (0.2 * 0.9 + 0.2))


def test_a_score_beyond_the_knee_says_less_more() -> None:
    below, knee, above = (float(spread_scores(np.array([score])).sum()) for score in (0.0, 0.2, 0.4))
    assert knee - below > 2 * (above - knee)


def test_levels_of_words_rise_with_what_they_say() -> None:
    levels = level_words(np.array([-9.0, -1.5, -0.5, 0.0, 0.5, 1.5, 9.0])).tolist()
    assert levels == [1, 2, 3, 0, 4, 5, 6]
