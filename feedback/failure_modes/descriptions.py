"""The turns of failure modes come in, what a person reads of each goes out: title, one line, lift, slices, examples."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from feedback.failure_modes.cases import Case, drop_reactions
from feedback.failure_modes.clustering import Floats, normalise
from feedback.failure_modes.lift import Lift, measure_lifts
from feedback.failure_modes.naming import Name, clean_text, name_groups
from feedback.failure_modes.slices import Slice, find_slices

EXAMPLES = 3
NAMED_FROM = 10
"""Turns of which people said that they belong: from so many on a mode is named by them alone."""
NAMED = {
    "thumbs": "Thumbs down",
    "rating": "Low rating",
    "judgement": "Judged bad",
    "correction_text": "Correction",
    "request_human": "Wish for a person",
    "regeneration": "Wish for another answer",
    "early_termination": "Answer stopped",
    "abandonment": "User left",
    "pii_leak": "Personal data",
    "toxic_output": "Abusive answer",
    "prompt_attack": "Attack",
    "unsupported": "Not in the sources",
    "constraint_violation": "Not as asked",
    "format_failure": "Wrong format",
    "language_mismatch": "Wrong language",
    "truncation": "Answer cut off",
    "rephrase": "Asked again",
}
"""Kinds of signals whose names do not explain themselves; others are told by them."""
TOLD = {("thumbs", "down"), ("judgement", "failed"), ("tool_failure", "error")}
"""Labels that the words for their kind tell."""
LONGEST_LABEL = 40
"""Types of errors are whatever an app sent."""


@dataclass(frozen=True, slots=True)
class Description:
    """A failure mode as its turns show it."""

    number: int
    count: int
    failing: int
    """Turns, in whatever mode or in none."""
    signal: str
    """By which most of its turns failed, as `find_signal` tells it."""
    name: Name
    lift: Lift
    slices: tuple[Slice, ...]
    central: tuple[int, ...]
    """Places of the turns that are most like the rest, and least."""
    edge: tuple[int, ...]

    @property
    def title(self) -> str:
        """The dominant signal, and the words that mark it."""
        return " · ".join(each for each in (name_signal(self.signal), self.name.title) if each)

    @property
    def line(self) -> str:
        """How many, the dominant signal, the term that marks it most, and its lift where that is claimed."""
        told = f"{self.count:,} of {self.failing:,} failing conversations"
        signal = name_signal(self.signal)
        told += f", most by {signal[0].lower()}{signal[1:]}." if signal else "."
        if self.name.terms:
            term = self.name.terms[0]
            told += f" “{term.text}” is in {term.within:.0%} of them and in {term.elsewhere:.0%} of others."
        if self.lift.is_claimed:
            told += f" The odds to fail are at least {tell_times(self.lift.ratio.low)} times those of other requests."
        return told


def describe_modes(
    numbers: Sequence[int],
    failing: Sequence[Case],
    vectors: Floats,
    well: Sequence[Case],
    well_vectors: Floats,
    counts: Mapping[int, int] | None = None,
    sampled: Sequence[bool] | None = None,
    verified: Sequence[bool] | None = None,
) -> list[Description]:
    """One for each mode, the largest first.

    `numbers` are those of the modes of failing turns, 0 for none, and `vectors` theirs as `embed_cases` gives them;
    `well` are turns that went well, all of them or a sample at random. Where failing turns are a sample too, `counts`
    says how many each mode has, and `sampled` which ones the same chance took that took those that went well.
    `verified` says of which people said that they belong.
    """
    rows = list_rows(numbers)
    counts = counts or {number: len(own) for number, own in rows.items()}
    weights = np.array([counts[number] / len(rows[number]) for number in numbers], np.float32)
    rest = rows.pop(0, [])
    order = sorted(rows, key=lambda number: (-counts[number], number))
    members = [rows[number] for number in order]
    of_people = {row for row, each in enumerate(verified or ()) if each}
    names = _name_modes([choose_named(own, of_people) for own in members], rest, failing, well)
    lifts = measure_lifts(
        [np.array(each) for each in members],
        drop_reactions(vectors),
        [each.kind for each in failing],
        drop_reactions(well_vectors),
        weights,
    )
    slices = _find_slices(members, rest, failing, well, [True] * len(failing) if sampled is None else sampled)
    total = sum(counts.values())
    return [
        Description(
            number,
            counts[number],
            total,
            find_signal([failing[row] for row in own]),
            name,
            lift,
            tuple(found),
            *find_examples(own, vectors, of_people),
        )
        for number, name, lift, found, own in zip(order, names, lifts, slices, members, strict=True)
    ]


def choose_named(rows: Sequence[int], verified: Collection[int]) -> Sequence[int]:
    """The turns that a mode is named from: those of which people said that they belong, where they are enough.

    >>> choose_named(range(100), {3}) == range(100), choose_named(range(100), set(range(20, 30)))[:2]
    (True, [20, 21])
    """
    chosen = [row for row in rows if row in verified]
    return chosen if len(chosen) >= NAMED_FROM else rows


def list_rows(numbers: Sequence[int]) -> dict[int, list[int]]:
    """By mode the places of its turns."""
    rows: dict[int, list[int]] = {}
    for row, number in enumerate(numbers):
        rows.setdefault(number, []).append(row)
    return rows


def _name_modes(
    members: Sequence[Sequence[int]], rest: Sequence[int], failing: Sequence[Case], well: Sequence[Case]
) -> list[Name]:
    texts = [each.text for each in failing]
    groups = [[texts[row] for row in own] for own in members]
    return name_groups(groups, [each.text for each in well], [texts[row] for row in rest])


def _find_slices(
    members: Sequence[Sequence[int]],
    rest: Sequence[int],
    failing: Sequence[Case],
    well: Sequence[Case],
    sampled: Sequence[bool],
) -> list[list[Slice]]:
    others = [*(failing[row].slices for row in rest if sampled[row]), *(each.slices for each in well)]
    modes = [[failing[row].slices for row in own] for own in members]
    return find_slices(modes, others, [[sampled[row] for row in own] for own in members])


def find_examples(
    rows: Sequence[int], vectors: Floats, verified: Collection[int] = ()
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Those of the rows that are most like the rest of them, first such of which people said that they belong, and
    those that are least."""
    own = vectors[list(rows)]
    likeness = own @ normalise(own.sum(axis=0, keepdims=True))[0]
    nearest = [rows[place] for place in np.argsort(-likeness, kind="stable").tolist()]
    central = sorted(nearest, key=lambda row: row not in verified)[:EXAMPLES]
    return tuple(central), tuple([row for row in nearest if row not in central][-EXAMPLES:])


def find_signal(cases: Sequence[Case]) -> str:
    """The kind of signal that most turns failed by, with its label where most of all turns have that: `complaint`, or
    `complaint/factual`. Of turns without signals the family; empty where not even a third failed by one kind."""
    strongest = Counter((each.signals or (each.kind,))[0].partition("/")[0] for each in cases)
    kind, most = strongest.most_common(1)[0]
    if 3 * most < len(cases):
        return ""
    labelled = Counter(each for case in cases for each in case.signals if each.startswith(f"{kind}/"))
    signal, count = max(labelled.items(), key=lambda each: each[1], default=("", 0))
    return signal if 2 * count > len(cases) else kind


def tell_times(ratio: float) -> str:
    """
    >>> tell_times(1.54), tell_times(20.5), tell_times(1e6)
    ('1.5', '20', '1,000,000')
    """
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"


def name_signal(signal: str) -> str:
    """A kind of signal, with its label, in words.

    >>> name_signal("tool_failure"), name_signal("complaint/not_specific"), name_signal("thumbs/down")
    ('Tool failure', 'Complaint (not specific)', 'Thumbs down')
    """
    kind, _, label = signal.partition("/")
    words = NAMED.get(kind) or kind.replace("_", " ").capitalize()
    told = clean_text(label.replace("_", " "))[:LONGEST_LABEL]
    return f"{words} ({told})" if told and (kind, label) not in TOLD else words
