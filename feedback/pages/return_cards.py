"""What conversations go with comes in; rows with their words, and two curves of who came back, go out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feedback.pages.filters import name_heard
from feedback.returns import Effect, Outcome

WIDTH = 1000.0
HEIGHT = 100.0
DISSATISFIED_TITLE = "Likely dissatisfied"
OUTCOME_WORDS: Mapping[Outcome, str] = {
    "return": "come back",
    "drop_off": "drop off",
    "goal": "reach the goal",
}
LOST: Mapping[Outcome, tuple[str, str]] = {
    "return": ("returning user", "returning users"),
    "drop_off": ("user who would have stayed", "users who would have stayed"),
    "goal": ("user at the goal", "users at the goal"),
}


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One effect; `left`, `width` and `dot` are places of its interval in percent of a scale around 0."""

    effect: Effect
    title: str
    sentence: str
    left: float
    width: float
    dot: float


@dataclass(frozen=True, slots=True)
class Curves:
    """The shares that came back by each day, as paths in a box of 1000 by 100, and as numbers: (day, after, others)."""

    title: str
    after: str
    others: str
    days: tuple[tuple[int, float, float], ...]


def build_rows(effects: Sequence[Effect], outcome: Outcome, titles: Mapping[str, str]) -> list[EffectRow]:
    scale = find_scale(effects)
    return [draw_row(each, outcome, titles, scale) for each in effects]


def find_scale(effects: Sequence[Effect]) -> float:
    """The difference at either end of the scale: one that holds most intervals whole."""
    return max([0.05, *(min(0.5, max(abs(each.difference.low), abs(each.difference.high))) for each in effects)])


def draw_row(effect: Effect, outcome: Outcome, titles: Mapping[str, str], scale: float) -> EffectRow:
    low, dot, high = (
        place(value, scale) for value in (effect.difference.low, effect.difference.value, effect.difference.high)
    )
    title = name_exposure(effect.exposure, titles)
    return EffectRow(effect, title, write_cost(effect, outcome), low, round(high - low, 2), dot)


def place(value: float, scale: float) -> float:
    return round(min(100.0, max(0.0, 50 + 50 * value / scale)), 2)


def name_exposure(exposure: str, titles: Mapping[str, str]) -> str:
    return DISSATISFIED_TITLE if exposure == "dissatisfied" else name_heard(exposure, titles)


def write_cost(effect: Effect, outcome: Outcome) -> str:
    """What such conversations go with a week, in one sentence without its subject."""
    low, high = effect.cost.low, effect.cost.high
    one, many = LOST[outcome]
    if not effect.cost.is_told:
        return f"cannot be told apart from nothing ({write_number(low)} to {write_number(high)} {many} a week)"
    verb = "cost" if effect.cost.value > 0 else "go with more: about"
    value = write_number(abs(effect.cost.value))
    ends = sorted((abs(low), abs(high)))
    noun = one if value == "1" else many
    return f"{verb} {value} {noun} a week ({write_number(ends[0])} to {write_number(ends[1])})"


def write_number(value: float) -> str:
    """Whole from 10 on, else to a tenth.

    >>> write_number(12.4), write_number(-0.34), write_number(2.0), write_number(-0.01)
    ('12', '-0.3', '2', '0')
    """
    rounded = round(value) if abs(value) >= 10 else round(value, 1) + 0.0
    return f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.1f}"


def draw_curves(title: str, after: Sequence[float], others: Sequence[float]) -> Curves:
    days = tuple(zip(range(len(after)), after, others, strict=True))
    return Curves(title, draw_line(after), draw_line(others), days)


def draw_line(shares: Sequence[float]) -> str:
    """A path of shares by day, 0 at the bottom and 1 at the top.

    >>> draw_line([0.0, 0.5, 1.0])
    'M0,100 L500,50 L1000,0'
    """
    step = WIDTH / max(1, len(shares) - 1)
    points = (f"{day * step:.6g},{HEIGHT * (1 - share):.4g}" for day, share in enumerate(shares))
    return "M" + " L".join(points)
