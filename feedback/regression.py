"""Counts or outcomes with their covariates come in, the coefficients of a logistic regression go out.

Trends over weeks (`loops.py`) and what is alike about users (`returns.py`) are both fitted by it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from feedback.odds import expit

Array = npt.NDArray[np.float64]

LEVEL = 0.9
RIDGE = 1e-3
"""Holds coefficients where outcomes never differ; of the weight of a thousandth of an observation."""
MOST_STEPS = 50
LONGEST_STEP = 2.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with the ends of its interval of 90 %."""

    value: float
    low: float
    high: float

    @property
    def is_told(self) -> bool:
        """Whether it can be told apart from nothing."""
        return self.low > 0 or self.high < 0

    def scale(self, factor: float) -> "Estimate":
        """The same in another unit, or turned around.

        >>> Estimate(1.0, 0.5, 2.0).scale(-2)
        Estimate(value=-2.0, low=-4.0, high=-1.0)
        """
        low, high = sorted((self.low * factor, self.high * factor))
        return Estimate(self.value * factor, low, high)


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients (k) and their covariance (k, k), which is that of binomial counts times `dispersion`."""

    coefficients: Array
    covariance: Array
    dispersion: float
    degrees: int
    """Of freedom: rows beyond coefficients."""

    def estimate(self, contrast: npt.ArrayLike, level: float = LEVEL) -> Estimate:
        """A sum of coefficients by their factors (k), with its interval by Student's t."""
        from scipy.special import stdtrit

        value, error = self.measure(contrast)
        reach = float(stdtrit(max(1, self.degrees), (1 + level) / 2)) * error
        return Estimate(value, value - reach, value + reach)

    def test_positive(self, contrast: npt.ArrayLike) -> float:
        """The one-sided p that such a sum is not over 0."""
        from scipy.special import stdtr

        value, error = self.measure(contrast)
        return float(stdtr(max(1, self.degrees), -value / error))

    def measure(self, contrast: npt.ArrayLike) -> tuple[float, float]:
        factors = np.asarray(contrast, dtype=float)
        return float(factors @ self.coefficients), float(np.sqrt(factors @ self.covariance @ factors))


def fit_logistic(design: Array, successes: Array, trials: Array) -> Fit:
    """Logistic regression of `successes` of `trials` (both n, may be fractions) on `design` (n, k), by Newton's steps.

    The covariance is widened where rows scatter more than binomial counts do (quasi-likelihood: McCullagh and Nelder
    1989, section 4.5), never narrowed. Raises ValueError for fewer rows than coefficients.
    """
    rows, columns = design.shape
    if rows < columns:
        raise ValueError(f"{rows} rows cannot tell {columns} coefficients; expected at least as many rows")
    coefficients = np.zeros(columns)
    information = np.eye(columns)
    for _ in range(MOST_STEPS):
        shares = expit(design @ coefficients)
        information = (design * (trials * shares * (1 - shares))[:, None]).T @ design + RIDGE * np.eye(columns)
        step = np.linalg.solve(information, design.T @ (successes - trials * shares) - RIDGE * coefficients)
        step *= min(1.0, LONGEST_STEP / max(np.abs(step).max(), 1e-300))
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-8:
            break
    dispersion = measure_dispersion(design @ coefficients, successes, trials, rows - columns)
    covariance = np.array(dispersion * np.linalg.inv(information), dtype=np.float64)
    return Fit(coefficients, covariance, dispersion, rows - columns)


def measure_dispersion(log_odds: Array, successes: Array, trials: Array, degrees: int) -> float:
    """Pearson's: how many times as much rows scatter as binomial counts do, at least 1."""
    shares = np.clip(expit(log_odds), 1e-9, 1 - 1e-9)
    scatter = ((successes - trials * shares) ** 2 / (np.maximum(trials, 1e-300) * shares * (1 - shares))).sum()
    return max(1.0, float(scatter) / max(1, degrees))
