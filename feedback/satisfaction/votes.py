"""What is known of conversations comes in, votes on whether the user was dissatisfied go out, a row each.

What users wrote is one vote: a correction, a complaint and an angry tone in one message are read from the same words,
so they are weighed together, as labelled conversations taught. Every other kind of signal is a vote of its own. What
users said on purpose (thumbs, ratings, comments) is no vote here: it stands beside what these say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from feedback.satisfaction.facts import Facts, Observation

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

WORDS = "words"
WORD_KINDS = (
    *("rephrase", "correction", "complaint", "clarification_request", "praise", "early_termination", "request_human"),
    *("sentiment", "sentiment_shift"),
)
"""Read from what users wrote; early termination is where they wrote to stop, and a vote where they stopped it."""
SIGNED = frozenset({"sentiment", "sentiment_shift"})
BEFORE, AT_END = "before", "at the end"
PLACES = (BEFORE, AT_END)
LEAST_SCORE = 0.02
KNEE = 0.2
"""From here on a higher score says less more: below it most of what is feared is found."""
WORD_EDGES = np.array([-2.0, -1.0, -0.3, 0.3, 1.0, 2.0])
"""Between the levels of the vote of words."""


@dataclass(frozen=True, slots=True)
class WordWeights:
    """How what users wrote is weighed. Two weights for each kind, sign and place: see `spread_scores`."""

    columns: tuple[str, ...]
    """As `name_columns` names them."""
    values: Array
    """A row for each column, two weights in each."""

    def weigh(self, scores: Array) -> Array:
        """What each column adds to the log odds of being dissatisfied. Rows are conversations."""
        added: Array = (spread_scores(scores) * self.values).sum(axis=2)
        return added


@dataclass(frozen=True, slots=True)
class Votes:
    """Of conversations, one in each row."""

    words: Array
    """What was written speaks for being dissatisfied by so much, in log odds; 0 where nothing was."""
    codes: Places
    """The level of each vote, a column for each; 0 is none. Words come first."""


def name_vote(kind: str, polarity: int) -> str:
    """
    >>> name_vote("sentiment", -1), name_vote("copy", 1)
    ('sentiment -', 'copy +')
    """
    return f"{kind} {'-' if polarity < 0 else '+'}"


def name_columns() -> tuple[str, ...]:
    """The columns of what users wrote, by kind, sign and place."""
    signs = {kind: (-1, 1) if kind in SIGNED else (1,) if kind == "praise" else (-1,) for kind in WORD_KINDS}
    return tuple(f"{name_vote(kind, sign)} {place}" for kind in WORD_KINDS for sign in signs[kind] for place in PLACES)


def spread_scores(scores: Array) -> Array:
    """Each score as two numbers, itself and its share of `KNEE`, so that their weights make a line with a knee.

    >>> spread_scores(np.array([[0.1, 0.6]])).tolist()
    [[[0.1, 0.5], [0.6, 1.0]]]
    """
    return np.stack([scores, np.minimum(scores / KNEE, 1.0)], axis=-1)


def score_words(facts: Sequence[Facts], columns: Sequence[str]) -> Array:
    """The highest score of each column (kind, sign and place of what users wrote). Rows are conversations."""
    at = {name: place for place, name in enumerate(columns)}
    scores = np.zeros((len(facts), len(columns)))
    for row, each in enumerate(facts):
        for observation in each.observations:
            if is_written(observation) and observation.polarity and observation.score >= LEAST_SCORE:
                column = at.get(f"{name_vote(observation.kind, observation.polarity)} {find_place(each, observation)}")
                if column is not None and scores[row, column] < observation.score:
                    scores[row, column] = observation.score
    return scores


def is_written(observation: Observation) -> bool:
    """Whether it was read from what the user wrote."""
    return observation.kind in WORD_KINDS and (observation.kind != "early_termination" or observation.label == "asked")


def find_place(facts: Facts, observation: Observation) -> str:
    return AT_END if observation.turn_index >= facts.turns - 1 else BEFORE


def code_votes(facts: Sequence[Facts], votes: Sequence[str]) -> Places:
    """The level of each vote that is not of words: 0 none, 1 before the last turn, 2 in it. Rows are conversations."""
    at = {name: place for place, name in enumerate(votes)}
    codes = np.zeros((len(facts), len(votes)), np.int64)
    for row, each in enumerate(facts):
        for observation in each.observations:
            if observation.fired and observation.polarity and not is_written(observation):
                column = at.get(name_vote(observation.kind, observation.polarity))
                if column is not None:
                    codes[row, column] = max(codes[row, column], 1 + PLACES.index(find_place(each, observation)))
    return codes


def level_words(words: Array) -> Places:
    """The level of what was written, 0 where it says little, then from strongly for to strongly against.

    >>> level_words(np.array([0.0, -5.0, 0.5, 9.0])).tolist()
    [0, 1, 4, 6]
    """
    levels = np.searchsorted(WORD_EDGES, words, side="right")
    middle = len(WORD_EDGES) // 2
    order = np.array([*range(1, middle + 1), 0, *range(middle + 1, len(WORD_EDGES) + 1)])
    ordered: Places = order[levels]
    return ordered


def cast_votes(facts: Sequence[Facts], weights: WordWeights, votes: Sequence[str]) -> Votes:
    """All votes on these conversations; `votes` names them, words first."""
    words = weights.weigh(score_words(facts, weights.columns)).sum(axis=1)
    return Votes(words, np.column_stack([level_words(words), code_votes(facts, votes[1:])]))
