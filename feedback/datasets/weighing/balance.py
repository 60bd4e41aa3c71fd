"""Neither the class nor the length of an answer gives it away: outlines come in, those that stay go out, and how they
are spread."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import ceil, floor, log2
from typing import Any, Final

from feedback.datasets.record import Reason
from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.sureness import choose

FEWEST_CHOSEN_LONGER: Final = 0.45
MOST_CHOSEN_LONGER: Final = 0.55
"""Within these shares of pairs whose chosen answer is the longer one, length teaches little (R-DPO, 2403.19159)."""


def balance_classes(rows: Sequence[Outline], balance: float, seed: int) -> tuple[list[Outline], Counter[Reason]]:
    """Drop rows of the larger class until it has at most `balance` times the smaller one's; with rows of one class
    alone there is nothing to balance."""
    classes = [[row for row in rows if row.label is label] for label in (True, False)]
    smaller, larger = sorted(classes, key=len)
    most = floor(balance * len(smaller))
    if not balance or not smaller or len(larger) <= most:
        return list(rows), Counter()
    return _drop(rows, larger, choose(larger, most, seed), Reason.BALANCE)


def match_lengths(rows: Sequence[Outline], seed: int) -> tuple[list[Outline], Counter[Reason]]:
    """Drop as few pairs as bring the share of those whose chosen answer is longer to 45 to 55 %, from the ratios of
    lengths at which the one kind outnumbers the other most. Where all are of one kind nothing can be matched."""
    longer = [row for row in rows if row.chosen_characters > row.rejected_characters]
    shorter = [row for row in rows if row.chosen_characters < row.rejected_characters]
    same = len(rows) - len(longer) - len(shorter)
    if not longer or not shorter:
        return list(rows), Counter()
    if len(longer) > (most := floor(_odds(MOST_CHOSEN_LONGER) * (len(shorter) + same))):
        return _thin(rows, longer, shorter, most, seed)
    least_share = len(longer) / _odds(FEWEST_CHOSEN_LONGER) - same
    most = max(floor(least_share), ceil(len(longer) / _odds(MOST_CHOSEN_LONGER)))
    if len(shorter) > most:
        return _thin(rows, shorter, longer, most, seed)
    return list(rows), Counter()


def describe_balance(rows: Sequence[Outline]) -> dict[str, Any]:
    """Share of the rows by everything that a trainer could learn instead of what is good, as JSON."""
    pairs = [row for row in rows if row.rejected_characters]
    shares: dict[str, Any] = {
        "label": _share(rows, lambda row: {True: "desirable", False: "undesirable", None: ""}[row.label]),
        "failure_mode": _share(rows, lambda row: str(row.failure_mode or "")),
        "language": _share(rows, lambda row: row.language),
        "model": _share(rows, lambda row: row.model),
    }
    return shares | ({"chosen_longer": share_chosen_longer(pairs)} if pairs else {})


def share_chosen_longer(pairs: Sequence[Outline]) -> float:
    return round(sum(pair.chosen_characters > pair.rejected_characters for pair in pairs) / len(pairs), 4)


def _odds(share: float) -> float:
    return share / (1 - share)


def _thin(
    rows: Sequence[Outline], many: Sequence[Outline], few: Sequence[Outline], most: int, seed: int
) -> tuple[list[Outline], Counter[Reason]]:
    """Keep so many of the kind that is more common, ratio by ratio as near to the other kind as that allows."""
    bins: dict[int, list[Outline]] = defaultdict(list)
    for row in many:
        bins[_bin(row)].append(row)
    room = _spread_room({number: len(held) for number, held in bins.items()}, Counter(map(_bin, few)), most)
    kept = [row for number in sorted(bins) for row in choose(bins[number], room[number], seed)]
    return _drop(rows, many, kept, Reason.LENGTH)


def _spread_room(sizes: dict[int, int], others: Counter[int], most: int) -> dict[int, int]:
    """How many may stay in each bin: the largest surplus over the other kind shrinks first."""
    room = dict(sizes)
    for _ in range(sum(sizes.values()) - most):
        fullest = max(sorted(room), key=lambda number: (room[number] > 0, room[number] - others[number]))
        room[fullest] -= 1
    return room


def _bin(row: Outline) -> int:
    """Of how many times as long the longer answer is: half a doubling each."""
    return round(2 * abs(log2((row.chosen_characters + 1) / (row.rejected_characters + 1))))


def _drop(
    rows: Sequence[Outline], from_these: Iterable[Outline], kept: Iterable[Outline], reason: Reason
) -> tuple[list[Outline], Counter[Reason]]:
    gone = {row.place for row in from_these} - {row.place for row in kept}
    return [row for row in rows if row.place not in gone], Counter({reason: len(gone)})


def _share(rows: Sequence[Outline], name: Callable[[Outline], str]) -> dict[str, float]:
    """By name; rows that have none are not told."""
    counts = Counter(filter(None, map(name, rows)))
    return {each: round(counts[each] / len(rows), 4) for each in sorted(counts)}
