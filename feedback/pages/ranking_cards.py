"""Rankings of comparisons come in; the cards of their page go out: dots with whiskers, a table of wins, sentences.

A whisker's box is 100 wide: shares from 0 to 100 % of the comparisons that were decided.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from feedback.comparison_list import Found, Slice, rank_kinds
from feedback.comparisons.bradley_terry import Estimate
from feedback.comparisons.choices import REASONS
from feedback.comparisons.comparison import Comparison, Kind
from feedback.comparisons.ranking import MOST_NEEDED, Item, Pair, Ranking, Record

PAIRS_SHOWN = 10
"""With more, those of neighbours alone."""
NAMES_SHOWN = 3
OUTCOME_WORDS = {"a": "A", "b": "B", "tie": "a tie", "neither": "neither"}


@dataclass(frozen=True, slots=True)
class KindWords:
    title: str
    what: str


WORDS: Mapping[Kind, KindWords] = {
    "explicit": KindWords("What people said", "People were shown two answers and chose."),
    "judge": KindWords("What programs judged", "A model or other code compared two answers; no person did."),
    "behaviour": KindWords(
        "What people did",
        "One message had several answers, and one of them was copied, gone on from, or stayed. A second one is only "
        "asked for when the first did not do, so the first mostly loses: its place takes that, and little is left.",
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """An item with its whisker, in percent of the box."""

    item: Item
    left: float
    width: float
    dot: float

    @property
    def ranks(self) -> str:
        item = self.item
        return str(item.rank) if item.best_rank == item.worst_rank else f"{item.best_rank}–{item.worst_rank}"


@dataclass(frozen=True, slots=True)
class RankingCard:
    """What the page shows of one kind of comparison."""

    kind: Kind
    words: KindWords
    ranking: Ranking
    rows: tuple[Row, ...]
    sentences: tuple[str, ...]
    pairs: tuple[tuple[Pair, str], ...]
    """Each with how many more comparisons it needs, in words."""
    more_pairs: int
    wins: tuple[tuple[str, tuple[Record | None, ...]], ...]
    """Row by row what came of an item against each of the others; None against itself."""


@dataclass(frozen=True, slots=True)
class SliceRow:
    """One kind of comparison in one part of the traffic."""

    value: str
    title: str
    comparisons: int
    items: tuple[Item, ...]
    """The strongest first, the first few."""
    is_told: bool
    """Whether the first is better than the second at 5 %."""


@dataclass(frozen=True, slots=True)
class ListedComparison:
    comparison: Comparison
    title: str
    outcome: str


def build_cards(found: Found) -> list[RankingCard]:
    return [build_card(kind, ranking) for kind, ranking in rank_kinds(found).items()]


def build_card(kind: Kind, ranking: Ranking) -> RankingCard:
    pairs = choose_pairs(ranking)
    return RankingCard(
        kind=kind,
        words=WORDS[kind],
        ranking=ranking,
        rows=tuple(draw_row(item) for item in ranking.items),
        sentences=tuple(write_sentences(ranking)),
        pairs=tuple((pair, write_needed(pair, ranking)) for pair in pairs),
        more_pairs=len(ranking.pairs) - len(pairs),
        wins=tuple(tabulate_wins(ranking)),
    )


def draw_row(item: Item) -> Row:
    low, high = 100 * item.beats.low, 100 * item.beats.high
    return Row(item, round(low, 2), round(high - low, 2), round(100 * item.beats.value, 2))


def choose_pairs(ranking: Ranking) -> tuple[Pair, ...]:
    """All where they are few, else those of neighbours in the order."""
    if len(ranking.pairs) <= PAIRS_SHOWN:
        return ranking.pairs
    names = [item.name for item in ranking.items]
    neighbours = set(pairwise(names))
    return tuple(pair for pair in ranking.pairs if (pair.first, pair.second) in neighbours)


def tabulate_wins(ranking: Ranking) -> Iterator[tuple[str, tuple[Record | None, ...]]]:
    records: dict[tuple[str, str], Record] = {}
    for pair in ranking.pairs:
        records[pair.first, pair.second] = pair.record
        records[pair.second, pair.first] = turn_record(pair.record)
    names = [item.name for item in ranking.items]
    for name in names:
        yield name, tuple(records.get((name, other)) for other in names)


def turn_record(record: Record) -> Record:
    """The same from the other's side."""
    return Record(record.losses, record.wins, record.ties, record.neither)


def write_sentences(ranking: Ranking) -> Iterator[str]:
    """What place and length do, what stands apart, and what is missing."""
    if ranking.one_sided:
        yield "The same place won each time, which its place explains: these comparisons do not tell who is better."
    elif ranking.first_wins:
        yield f"Of two equals the one that is shown first wins {write_effect(ranking.first_wins)}."
    elif ranking.items:
        yield "Which was shown first was never told, so what the place does cannot be taken out: send “shown”."
    if ranking.longer_wins:
        yield f"Of two equals one that is twice as long wins {write_effect(ranking.longer_wins)}."
    if ranking.first_wins and ranking.without_order:
        yield f"In {ranking.without_order:,} the order was not told."
    if ranking.longer_wins and ranking.without_length:
        yield f"In {ranking.without_length:,} a length is not known; they count as of equal length."
    if ranking.left_out and ranking.items:
        yield f"Nothing connects them with {write_names(ranking.left_out)}."


def write_needed(pair: Pair, ranking: Ranking) -> str:
    """How many more comparisons of two items are needed, to two digits."""
    if pair.is_told:
        return "enough"
    if ranking.one_sided:
        return "such ones do not tell"
    if pair.more is None:
        return f"over {MOST_NEEDED:,}: alike"
    unit = 10 ** max(0, len(str(pair.more)) - 2)
    return f"about {-(-pair.more // unit) * unit:,}"


def write_effect(found: Estimate) -> str:
    """A share and what it is more than half.

    >>> write_effect(Estimate(0.65, 0.6, 0.7)), write_effect(Estimate(0.52, 0.47, 0.57))
    ('65 % (60 to 70 %): 15 points more than half', '52 % (47 to 57 %), which may be chance')
    """
    share = f"{found.value:.0%} ({100 * found.low:.0f} to {found.high:.0%})".replace("%", " %")
    if found.low <= 0.5 <= found.high:
        return f"{share}, which may be chance"
    return f"{share}: {abs(100 * found.value - 50):.0f} points {'more' if found.value > 0.5 else 'less'} than half"


def write_names(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:NAMES_SHOWN])
    return shown if len(names) <= NAMES_SHOWN else f"{shown} and {len(names) - NAMES_SHOWN} more"


def list_slices(slices: Sequence[Slice]) -> list[SliceRow]:
    return [
        SliceRow(
            value=each.value,
            title=WORDS[each.kind].title,
            comparisons=each.ranking.record.comparisons,
            items=each.ranking.items[:NAMES_SHOWN],
            is_told=any(pair.is_told for pair in each.ranking.pairs[:1]),
        )
        for each in slices
    ]


def list_latest(comparisons: Sequence[Comparison]) -> list[ListedComparison]:
    return [
        ListedComparison(each, WORDS[each.kind].title, REASONS.get(each.why, OUTCOME_WORDS[each.outcome]))
        for each in comparisons
    ]
