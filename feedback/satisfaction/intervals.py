"""Counts, estimates and their errors come in, intervals go out, by their standard names."""

import math
from dataclasses import dataclass
from statistics import NormalDist

LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class Interval:
    """A share or a probability, 0 to 1, with the ends between which it lies at the level of confidence."""

    value: float
    low: float
    high: float


def find_quantile(level: float = LEVEL) -> float:
    """How many standard errors an interval reaches to either side.

    >>> round(find_quantile(0.9), 3)
    1.645
    """
    return NormalDist().inv_cdf((1 + level) / 2)


def estimate_share(successes: float, trials: float, level: float = LEVEL) -> Interval:
    """Wilson's score interval (1927) of a share; `trials` may be an effective number. Raises ValueError for none.

    >>> share = estimate_share(8, 10)
    >>> share.value, round(share.low, 3), round(share.high, 3)
    (0.8, 0.541, 0.931)
    """
    if trials <= 0 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no share; expected more than no trials, and no more successes")
    share, z = successes / trials, find_quantile(level)
    centre = share + z * z / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return Interval(share, max(0.0, (centre - reach) / scale), min(1.0, (centre + reach) / scale))


def estimate_probability(log_odds: float, error: float, level: float = LEVEL) -> Interval:
    """A probability whose log odds have a standard error.

    >>> probability = estimate_probability(0.0, 0.5)
    >>> probability.value, round(probability.low, 3), round(probability.high, 3)
    (0.5, 0.305, 0.695)
    """
    reach = find_quantile(level) * error
    return Interval(*(_expit(log_odds + shift) for shift in (0.0, -reach, reach)))


def _expit(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-700.0, min(700.0, log_odds))))
