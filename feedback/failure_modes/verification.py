"""How often a mode came up before and after it was resolved comes in, whether the fix worked goes out, at any moment.

Who looks every day, and stops at the first good news, fools a test that is made for one look. Here the ratio of the two
rates has a confidence sequence: it holds the true ratio at all moments at once with the probability told. It comes of
Robbins' (1970) mixture of likelihood ratios for the two rates; Ville's inequality does the rest. The mixture for the
rate after leans towards the rate before, which is known when it begins.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

ALPHA = 0.05
FIXED_BELOW = 0.5
"""Of the rate before: a mode that comes up less than half as often counts as fixed, more often as back."""
MOST_NEEDED = 1_000_000
_PRIOR = 0.5, 10.0
"""Beta distribution that the mixture of the rate before has: most modes come up in some hundredths of conversations."""
_RATES = np.concatenate([np.geomspace(1e-7, 1e-2, 400), np.linspace(0.01, 0.9999, 400)[1:]])
_RATIOS = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 241)])

Array = npt.NDArray[np.float64]
Verdict = Literal["fixed", "regressed", "unknown"]


@dataclass(frozen=True, slots=True)
class Count:
    """Conversations, and those of them that the mode came up in."""

    conversations: int
    failing: int

    @property
    def rate(self) -> float:
        return self.failing / self.conversations if self.conversations else 0.0


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a fix worked; the ratio of the rate after to that before, with the ends of its confidence sequence."""

    verdict: Verdict
    ratio: float | None
    """None where the mode never came up before."""
    low: float
    high: float
    needed: int
    """Conversations more until there is a verdict, if all goes on as it has; 0 where there is one. At most
    `MOST_NEEDED`."""

    @property
    def words(self) -> str:
        if self.verdict != "unknown":
            return "verified fixed" if self.verdict == "fixed" else "regressed"
        more = f"more than {MOST_NEEDED:,}" if self.needed >= MOST_NEEDED else f"about {round_up(self.needed):,} more"
        return f"not enough data yet (needs {more} conversations)"


def verify_fix(before: Count, after: Count) -> Verification:
    """What is known of a fix by now. Raises ValueError for counts that cannot be.

    >>> verify_fix(Count(2_000, 60), Count(1_000, 1)).words
    'verified fixed'
    >>> verify_fix(Count(2_000, 60), Count(100, 0)).words
    'not enough data yet (needs about 500 more conversations)'
    >>> verify_fix(Count(2_000, 60), Count(1_000, 31)).words
    'regressed'
    """
    for count in (before, after):
        if not 0 <= count.failing <= count.conversations:
            raise ValueError(f"{count.failing} of {count.conversations} conversations is no share")
    verdict = decide(before, after)
    low, high = find_ends(before, after)
    ratio = after.rate / before.rate if before.rate else None
    return Verification(verdict, ratio, low, high, find_needed(before, after) if verdict == "unknown" else 0)


def decide(before: Count, after: Count) -> Verdict:
    if weigh_against(before, after, np.array([FIXED_BELOW]))[0] < math.log(1 / ALPHA):
        return "unknown"
    return "fixed" if after.rate < FIXED_BELOW * before.rate else "regressed"


def weigh_against(before: Count, after: Count, ratios: Array) -> Array:
    """Log evidence against each ratio of the rates: against the pair of rates that speaks for it most."""
    rates = np.minimum(_RATES * ratios[:, None], 1 - 1e-9)
    expected = (before.failing + _PRIOR[0]) / (before.conversations + sum(_PRIOR))
    of_after = _PRIOR[0], _PRIOR[0] * (1 - expected) / expected
    return np.asarray((_weigh(before, _RATES, _PRIOR)[None, :] + _weigh(after, rates, of_after)).min(axis=1))


def _weigh(count: Count, rates: Array, prior: tuple[float, float]) -> Array:
    """Log of the mixture's likelihood over that of each rate."""
    from scipy.special import betaln, xlog1py, xlogy

    failing, rest = count.failing, count.conversations - count.failing
    mixture = betaln(failing + prior[0], rest + prior[1]) - betaln(*prior)
    return np.asarray(mixture - xlogy(failing, rates) - xlog1py(rest, -rates))


def find_ends(before: Count, after: Count) -> tuple[float, float]:
    """The lowest and the highest ratio that is not ruled out: 0 and infinity while nothing is."""
    stands = weigh_against(before, after, _RATIOS) < math.log(1 / ALPHA)
    kept = _RATIOS[stands]
    high = math.inf if stands[-1] else float(kept.max(initial=0.0))
    return float(kept.min(initial=_RATIOS[-1])), high


def find_needed(before: Count, after: Count) -> int:
    """Conversations more until there is a verdict, if the rate after stays what it is."""
    low, high = 0, 1
    while high < MOST_NEEDED and decide(before, _go_on(after, high)) == "unknown":
        low, high = high, high * 2
    while high - low > max(1, low // 50):
        middle = (low + high) // 2
        low, high = (middle, high) if decide(before, _go_on(after, middle)) == "unknown" else (low, middle)
    return min(high, MOST_NEEDED)


def _go_on(after: Count, more: int) -> Count:
    return Count(after.conversations + more, after.failing + round(after.rate * more))


def round_up(number: int) -> int:
    """To one figure, or two from the second half: what is a guess should look like one.

    >>> [round_up(number) for number in (7, 83, 137, 4_210)]
    [7, 90, 140, 4300]
    """
    if number < 10:
        return number
    unit: int = 10 ** (len(str(number)) - (2 if number >= 100 else 1))
    return math.ceil(number / unit) * unit
