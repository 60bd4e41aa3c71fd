"""How likely answers of a kind are judged at all: who speaks up is no fair sample of who was answered.

Rows come in by the stratum that each is of, with how many answers of each stratum nobody judged; for each row its
propensity goes out, and the weight by which the rows speak for all answers. Strata are of what is known of any answer
before anybody judges it: where it stands in its conversation, how long it is, and which model wrote it.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from tracing.conversations import Answer, Turn

LARGEST_RATIO: Final = 10.0
"""No row weighs more than ten times another: a stratum that is seldom judged must not decide what is learnt."""
SHORT, LONG = 300, 1_500
"""Characters."""
EARLY_TURNS = 3
DIGITS = 6

METHOD: Final = (
    "propensity = (judged + 1) / (judged + not judged + 2) within a stratum of place in the conversation, length of "
    "the answer and model; weight = propensity of the likeliest stratum / propensity, at most "
    f"{LARGEST_RATIO:g}, then divided by the mean"
)


def name_stratum(turn: Turn, answer: Answer) -> str:
    """Which answers are like this one in how often they are judged.

    >>> name_stratum(Turn(0, "hi", answer := Answer("t", "s", "hello", "completed", "", 0, 0, model="m")), answer)
    'first/short/m'
    """
    place = "first" if not turn.index else "early" if turn.index < EARLY_TURNS else "later"
    length = len(answer.text)
    size = "short" if length < SHORT else "long" if length >= LONG else "middling"
    return f"{place}/{size}/{answer.model}"


def weigh(strata_of_rows: Sequence[str], unjudged: Counter[str]) -> list[tuple[float, float]]:
    """The propensity and the weight of each row; weights have the mean 1.

    >>> weigh(["rare", "usual", "usual", "usual"], Counter(rare=8, usual=3))
    [(0.181818, 1.913043), (0.5, 0.695652), (0.5, 0.695652), (0.5, 0.695652)]
    """
    if not strata_of_rows:
        return []
    judged = Counter(strata_of_rows)
    chances = {each: (count + 1) / (count + unjudged[each] + 2) for each, count in judged.items()}
    likeliest = max(chances.values())
    weights = {each: min(likeliest / chance, LARGEST_RATIO) for each, chance in chances.items()}
    mean = sum(weights[each] * judged[each] for each in sorted(judged)) / len(strata_of_rows)
    told = {each: (round(chances[each], DIGITS), round(weights[each] / mean, DIGITS)) for each in judged}
    return [told[stratum] for stratum in strata_of_rows]


def measure_clipped(propensities: Sequence[float]) -> float:
    """Share of rows, 0 to 1, whose weight would be larger but for the clip.

    >>> measure_clipped([0.5, 0.5, 0.5, 0.01])
    0.25
    """
    likeliest = max(propensities, default=0.0)
    clipped = sum(likeliest > LARGEST_RATIO * each for each in propensities)
    return round(clipped / len(propensities), DIGITS) if propensities else 0.0
