"""Figures of estimates before and after reviews come in, what a page shows of them goes out: rows, dots, a sentence."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedback.review.calibration import Bin, Calibration, Figures

SMALLEST_DOT, LARGEST_DOT = 1.5, 5.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A bin in a square of 100: what was told from left to right, what was so from bottom to top."""

    left: float
    top: float
    radius: float
    bin: Bin


@dataclass(frozen=True, slots=True)
class Step:
    """Probabilities as they were at one time."""

    title: str
    figures: Figures
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class CalibrationView:
    calibration: Calibration
    steps: tuple[Step, ...]
    """As shipped, without reviews, with them."""
    sentence: str

    @property
    def drawn(self) -> tuple[Step, ...]:
        """Before and after."""
        return self.steps[1:]


def view_calibration(calibration: Calibration) -> CalibrationView:
    steps = (
        ("as shipped", calibration.shipped),
        ("without reviews", calibration.before),
        ("with reviews", calibration.after),
    )
    return CalibrationView(
        calibration,
        tuple(Step(title, figures, tuple(draw_dots(figures.bins))) for title, figures in steps),
        write_sentence(calibration),
    )


def draw_dots(bins: Sequence[Bin]) -> Iterator[Dot]:
    """Their areas grow with what they hold, up to a limit."""
    for each in bins:
        radius = max(SMALLEST_DOT, min(LARGEST_DOT, math.sqrt(each.count)))
        yield Dot(round(100 * each.told, 2), round(100 * (1 - each.share), 2), round(radius, 2), each)


def write_sentence(calibration: Calibration) -> str:
    if calibration.is_better:
        return "Reviews made it truer, by more than chance."
    if calibration.is_worse:
        return (
            "Reviews made it less true, by more than chance: what some reviews teach does not hold for others. Look at "
            "how far reviewers agree, and whether the guidelines mean by satisfied what users show."
        )
    return "Whether reviews made it truer cannot be told yet: the difference may be chance."
