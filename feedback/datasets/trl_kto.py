"""TRL's `KTOTrainer`, conversational: rated answers become `{"prompt", "completion", "label"}`."""

from collections.abc import Mapping, Sequence
from typing import Any

from feedback.datasets.arrow import check_values, tell_features
from feedback.datasets.format import Format, Part
from feedback.datasets.labels.ratings import RATINGS
from feedback.datasets.lines import read_lines, write_lines
from feedback.datasets.messages import Row, name_tools, write_messages
from feedback.datasets.record import Reason, Record
from feedback.datasets.validation import check_exchange
from feedback.datasets.weighing.outline import Outline

FITTING_RATIO = (1.0, 4 / 3)
"""Where desirable_weight * desirable rows / (undesirable_weight * undesirable rows) should lie (KTO,
2402.01306); `KTOTrainer` warns outside."""


def write_row(record: Record, with_tools: bool) -> Row:
    return {
        "prompt": write_messages(record.prompt),
        "completion": write_messages(record.completion),
        "label": bool(record.label),
        **name_tools(record.tools, with_tools),
    }


def check_row(row: Row) -> Reason | None:
    return check_exchange(row["prompt"], row["completion"]) or check_values(row)


def advise(rows: Sequence[Outline]) -> Mapping[str, Any]:
    """Return the class weights that bring the ratio to the middle of where it should lie."""
    desirable = sum(bool(row.label) for row in rows)
    undesirable = len(rows) - desirable
    advice = {"trainer": "KTOTrainer", **tell_features("prompt", "completion", "tools", label="Value('bool')")}
    if not desirable or not undesirable:
        return {**advice, "why": "KTO learns from the contrast: it needs rows of both labels."}
    desirable_weight, undesirable_weight = weigh_classes(desirable, undesirable)
    return {
        **advice,
        "desirable_weight": desirable_weight,
        "undesirable_weight": undesirable_weight,
        "why": f"There are {desirable} desirable and {undesirable} undesirable rows to train on.",
    }


def weigh_classes(desirable: int, undesirable: int) -> tuple[float, float]:
    """Return the weights of desirable and undesirable rows, the rarer class with the weight over 1.

    >>> weigh_classes(10, 100)
    (11.67, 1.0)
    """
    ratio = desirable / undesirable
    low, high = FITTING_RATIO
    if low <= ratio <= high:
        return 1.0, 1.0
    middle = (low + high) / 2
    if ratio < low:
        return float(f"{middle / ratio:.4g}"), 1.0
    return 1.0, float(f"{ratio / middle:.4g}")


FORMAT = Format(
    name="trl-kto",
    title="TRL desirable and undesirable answers",
    purpose="Learn from single judgements: each answer with good or bad beside it.",
    parts=(Part("", RATINGS, write_row, check_row, advise),),
    write=write_lines,
    read=read_lines,
)
