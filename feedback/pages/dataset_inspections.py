"""What was seen of a dataset's rows before they are written comes in, as JSON; funnel, histograms and coverage go out
as SVG geometry, each with its table.

A box is 1000 wide and 100 high and is stretched to its place; text stands outside of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

WIDTH: Final = 1000.0
HEIGHT: Final = 100.0
MOST_VALUES: Final = 10
MOST_COVERED: Final = 8
MOST_REASONS: Final = 50
PART_WORDS: Final = {"": "", "sft": "Good answers", "dpo": "Pairs", "kto": "Judged answers"}
NOT_KNOWN: Final = "not known"
UNKNOWN: Final = {"topic": "in no topic", "failure_mode": "in no failure mode"}
"""What a value without a name is called; others are not known."""
STEP_WORDS: Final[Mapping[str, str]] = {
    "gate": "Conversations that may be used",
    "selection": "Answers with a label",
    "licence": "Models whose answers may be used",
    "erasure": "Users to be forgotten meanwhile",
    "normalisation": "Text made regular",
    "secrets": "Keys, passwords and tokens",
    "personal_data": "Personal data",
    "language": "Languages",
    "quality": "Whole and sound answers",
    "confidence": "Labels that are sure enough",
    "contamination": "Words of evaluation sets",
    "validation": "What the trainer would take",
    "contradictions": "Text that is labelled one way",
    "duplicates": "Rows that are there once",
    "near_duplicates": "Conversations that are not nearly alike",
    "caps": "Users, questions and failure modes with not too many rows",
    "balance": "Good and bad answers in balance",
    "lengths": "Better answers that are not all longer",
    "length_matching": "Better answers that are not all longer",
    "split": "Train and validation",
}


@dataclass(frozen=True, slots=True)
class ShownReason:
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step of the funnel. `kept` and `lost` are widths in percent of the most rows that a step had."""

    title: str
    rows_in: int
    rows_out: int
    kept: float
    lost: float
    reasons: tuple[ShownReason, ...]

    @property
    def dropped(self) -> int:
        return sum(reason.count for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class ShownBar:
    left: float
    width: float
    top: float
    height: float
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Outlier:
    conversation_id: str
    turn: int
    value: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """A distribution: bars beside each other over a scale, or lines below each other, each for one value; `others`
    counts rows of values that have no line."""

    title: str
    bars: tuple[ShownBar, ...]
    is_scale: bool
    low: str
    high: str
    most: int
    outliers: tuple[Outlier, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Covered:
    """One value: what share of the rows and of the traffic it has, as widths in percent of the largest share."""

    name: str
    key: str
    rows: int
    share_of_rows: float
    share_of_traffic: float
    rows_width: float
    traffic_width: float
    is_hole: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    title: str
    items: tuple[Covered, ...]
    of: int
    """How many conversations were looked at."""

    @property
    def holes(self) -> int:
        return sum(item.is_hole for item in self.items)

    @property
    def first(self) -> tuple[Covered, ...]:
        """The largest, and every hole."""
        return tuple(item for index, item in enumerate(self.items) if index < MOST_COVERED or item.is_hole)

    @property
    def rest(self) -> tuple[Covered, ...]:
        return tuple(item for index, item in enumerate(self.items) if index >= MOST_COVERED and not item.is_hole)


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One part of a format; most have one, which has no name."""

    name: str
    title: str
    train: int
    validation: int
    selection: ShownStep | None
    """From all answers to those with a label: of most of them nobody thought anything."""
    steps: tuple[ShownStep, ...]
    """Those after it that left something out."""
    idle: tuple[str, ...]
    """Titles of those that left nothing out."""
    histograms: tuple[Histogram, ...]
    is_enough: bool
    enough_words: str
    to_do: tuple[str, ...]
    """What would make it enough."""
    preview: Sequence[Mapping[str, Any]]

    @property
    def rows(self) -> int:
        return self.train + self.validation


def show_parts(inspection: Mapping[str, Any]) -> list[ShownPart]:
    """The parts of what was inspected, in the order of the format."""
    reasons = inspection.get("reasons", {})
    return [show_part(part, reasons) for part in inspection.get("parts", ())]


def show_part(part: Mapping[str, Any], reasons: Mapping[str, str]) -> ShownPart:
    name, rows, enough = part.get("part", ""), part.get("rows", {}), part.get("enough", {})
    steps = part.get("funnel", ())
    shown = list(show_steps(steps[1:], reasons))
    return ShownPart(
        name=name,
        title=PART_WORDS.get(name, name),
        train=rows.get("train", 0),
        validation=rows.get("validation", 0),
        selection=next(show_steps(steps[:1], reasons), None),
        steps=tuple(step for step in shown if step.dropped),
        idle=tuple(step.title for step in shown if not step.dropped),
        histograms=tuple(filter(None, (draw_histogram(each) for each in part.get("distributions", ())))),
        is_enough=enough.get("rows", 0) >= enough.get("needed", 0),
        enough_words=enough.get("words", ""),
        to_do=tuple(enough.get("steps", ())),
        preview=part.get("preview", ()),
    )


def show_gate(inspection: Mapping[str, Any]) -> ShownStep | None:
    """Conversations that are out as a whole."""
    gate = inspection.get("gate")
    return next(show_steps([gate], inspection.get("reasons", {}))) if gate else None


def show_steps(steps: Sequence[Mapping[str, Any]], reasons: Mapping[str, str]) -> Iterator[ShownStep]:
    """Each step on the scale of the first of them."""
    whole = max([1, *(step["in"] for step in steps)])
    for step in steps:
        dropped = sorted(step.get("dropped", {}).items(), key=lambda item: (-item[1], item[0]))
        yield ShownStep(
            title=name_step(step["name"]),
            rows_in=step["in"],
            rows_out=step["out"],
            kept=round(100 * step["out"] / whole, 3),
            lost=round(100 * max(0, step["in"] - step["out"]) / whole, 3),
            reasons=tuple(ShownReason(reasons.get(code, code), count) for code, count in dropped[:MOST_REASONS]),
        )


def name_step(name: str) -> str:
    """
    >>> name_step("near_duplicates"), name_step("a_new_step")
    ('Conversations that are not nearly alike', 'A new step')
    """
    return STEP_WORDS.get(name, name.replace("_", " ").replace("-", " ").capitalize())


def draw_histogram(distribution: Mapping[str, Any]) -> Histogram | None:
    """A distribution of numbers or of values; None where there is nothing to draw."""
    bins, values = distribution.get("bins") or (), distribution.get("values") or ()
    unit = distribution.get("unit", "")
    bars = tuple(draw_bins(bins, unit)) if bins else tuple(draw_values(values, distribution.get("name", "")))
    if not bars:
        return None
    return Histogram(
        title=distribution.get("title", distribution.get("name", "")),
        bars=bars,
        is_scale=bool(bins),
        low=write_end(bins[0]["from"]) if bins else "",
        high=f"{write_end(bins[-1]['to'])} {unit}".strip() if bins else "",
        most=max(bar.count for bar in bars),
        outliers=tuple(read_outlier(each, unit) for each in distribution.get("outliers") or ()),
        others=distribution.get("others", 0) + sum(each["count"] for each in values[MOST_VALUES:]),
    )


def draw_bins(bins: Sequence[Mapping[str, Any]], unit: str) -> Iterator[ShownBar]:
    """Bars of one width: bins of lengths grow, and would else be lost at the left."""
    width, most = 100 / len(bins), max([1, *(each["count"] for each in bins)])
    for index, each in enumerate(bins):
        height = HEIGHT * each["count"] / most
        label = f"{write_end(each['from'])} to {write_end(each['to'])} {unit}".strip()
        yield ShownBar(
            round(index * width, 3), round(width, 3), round(HEIGHT - height, 2), round(height, 2), label, each["count"]
        )


def draw_values(values: Sequence[Mapping[str, Any]], name: str) -> Iterator[ShownBar]:
    most = max([1, *(each["count"] for each in values)])
    for each in values[:MOST_VALUES]:
        label = str(each["value"]) or UNKNOWN.get(name, NOT_KNOWN)
        yield ShownBar(0, round(100 * each["count"] / most, 3), 0, HEIGHT, label, each["count"])


def read_outlier(outlier: Mapping[str, Any], unit: str) -> Outlier:
    value = outlier.get("value")
    words = write_number(value) if isinstance(value, int | float) else str(value)
    return Outlier(outlier.get("conversation_id", ""), outlier.get("turn_index", 0) + 1, f"{words} {unit}".strip())


def write_end(value: float | str) -> str:
    """Of a bin, which may be a day."""
    return value[:10] if isinstance(value, str) else write_number(value)


def write_number(value: float) -> str:
    """
    >>> write_number(1200), write_number(0.25), write_number(3.0)
    ('1,200', '0.25', '3')
    """
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def show_coverage(inspection: Mapping[str, Any]) -> list[Coverage]:
    """Each way to compare the rows with the traffic."""
    return [
        Coverage(each.get("title", each["by"]), tuple(show_covered(each["items"], each["by"])), each.get("of", 0))
        for each in inspection.get("coverage", ())
        if each.get("items")
    ]


def show_covered(items: Sequence[Mapping[str, Any]], by: str) -> Iterator[Covered]:
    top = max([1e-9, *(max(each["share_of_rows"], each["share_of_traffic"]) for each in items)])
    for each in items:
        yield Covered(
            name=str(each.get("name") or each.get("key") or UNKNOWN.get(by, NOT_KNOWN)),
            key=str(each.get("key", "")),
            rows=each.get("rows", 0),
            share_of_rows=each["share_of_rows"],
            share_of_traffic=each["share_of_traffic"],
            rows_width=round(100 * each["share_of_rows"] / top, 2),
            traffic_width=round(100 * each["share_of_traffic"] / top, 2),
            is_hole=bool(each.get("is_hole")),
        )
