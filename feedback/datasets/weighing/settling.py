"""All rows weighed against each other: outlines come in, which of them stay, on which side of the split and with what
weight goes out. What is dropped is counted by step and reason."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from feedback.datasets.building.funnel import Step
from feedback.datasets.definition import Definition
from feedback.datasets.labels.propensities import weigh
from feedback.datasets.record import Reason
from feedback.datasets.weighing.balance import balance_classes, match_lengths
from feedback.datasets.weighing.caps import drop_excess
from feedback.datasets.weighing.deduplication import drop_contradictions, drop_duplicates, find_contested
from feedback.datasets.weighing.near_duplicates import drop_near_duplicates, list_likenesses
from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.split import Group, choose_validation, group_rows

Rows = Sequence[Outline]
Stage = tuple[str, Callable[[Rows], tuple[list[Outline], Counter[Reason]]]]


@dataclass(frozen=True, slots=True)
class Placed:
    """A row that stays."""

    outline: Outline
    propensity: float
    weight: float


@dataclass(frozen=True, slots=True)
class SettledPart:
    """The rows of one part of a format, by side and in the order in which they are written."""

    train: tuple[Placed, ...]
    validation: tuple[Placed, ...]
    steps: tuple[Step, ...]
    train_groups: int
    validation_groups: int


@dataclass(frozen=True, slots=True)
class Settled:
    """By name of the part, also where no row came for it."""

    parts: Mapping[str, SettledPart]


def settle(outlines: Rows, definition: Definition, unjudged: Mapping[str, Counter[str]]) -> Settled:
    """`unjudged` says, by part and stratum, how many candidates nobody judged. The order of rows changes nothing."""
    rows = sorted(outlines, key=_order)
    given: dict[str, list[Outline]] = {part: [] for part in sorted(unjudged)}
    given |= {part: list(held) for part, held in groupby(rows, key=lambda row: row.part)}
    stages = _list_stages(definition, find_contested(rows))
    kept, steps = {}, {}
    for part, held in given.items():
        kept[part], steps[part] = _sift(held, stages)
    together = [row for held in kept.values() for row in held]
    groups = group_rows(together, list_likenesses(together, definition.likeness))
    validating = {row.place for group in choose_validation(groups, definition.validation) for row in group.rows}
    return Settled(
        {
            part: _settle_part(held, _weigh(given[part], held, unjudged.get(part)), steps[part], groups, validating)
            for part, held in kept.items()
        }
    )


def _order(row: Outline) -> tuple[Any, ...]:
    return row.part, row.order, row.subject, row.claim, row.place


def _sift(rows: Rows, stages: Sequence[Stage]) -> tuple[list[Outline], tuple[Step, ...]]:
    kept, steps = list(rows), []
    for name, drop in stages:
        before = len(kept)
        kept, dropped = drop(kept)
        steps.append(Step(name, before, len(kept), +dropped))
    return kept, tuple(steps)


def _list_stages(definition: Definition, contested: set[str]) -> tuple[Stage, ...]:
    """In the order in which rows go through them."""
    lengths: tuple[Stage, ...] = ()
    if definition.match_lengths:
        lengths = (("lengths", lambda rows: match_lengths(rows, definition.seed)),)
    return (
        ("contradictions", lambda rows: drop_contradictions(rows, contested)),
        ("duplicates", drop_duplicates),
        ("near_duplicates", lambda rows: drop_near_duplicates(rows, definition.likeness)),
        ("caps", lambda rows: drop_excess(rows, definition)),
        ("balance", lambda rows: balance_classes(rows, definition.balance, definition.seed)),
        *lengths,
    )


def _weigh(given: Rows, kept: Rows, unjudged: Counter[str] | None) -> dict[int, tuple[float, float]]:
    """By place. All rows that were judged tell how likely that is; the weights of those that stay have the mean 1."""
    weighed = weigh([row.stratum for row in given], unjudged or Counter())
    by_place = {row.place: told for row, told in zip(given, weighed, strict=True)}
    mean = sum(by_place[row.place][1] for row in kept) / len(kept) if kept else 1
    return {row.place: (by_place[row.place][0], round(by_place[row.place][1] / mean, 6)) for row in kept}


def _settle_part(
    rows: Rows,
    weighed: Mapping[int, tuple[float, float]],
    steps: tuple[Step, ...],
    groups: Sequence[Group],
    validating: set[int],
) -> SettledPart:
    placed = [Placed(row, *weighed[row.place]) for row in rows]
    own = {row.place for row in rows}
    sides = [group.rows[0].place in validating for group in groups if any(row.place in own for row in group.rows)]
    return SettledPart(
        train=tuple(each for each in placed if each.outline.place not in validating),
        validation=tuple(each for each in placed if each.outline.place in validating),
        steps=steps,
        train_groups=sides.count(False),
        validation_groups=sides.count(True),
    )
