"""Of what people bring to the app, does the dataset hold its share? Rows and a sample of the traffic come in, shares of
both by topic, language, failure mode and model go out, with the holes: what comes often and is hardly in the rows."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from feedback.datasets.cleaning.language import tell_language
from feedback.failure_modes.grouping import Embed, group_texts
from feedback.failure_modes.naming import TITLE_TERMS, Name, name_groups, shorten

HOLE_TRAFFIC: Final = 0.02
"""Share of the traffic from which on what is missing is a hole."""
HOLE_ROWS: Final = 0.25
"""Times its share of the traffic: with less of the rows it is a hole."""
EXPECTED_ROWS: Final = 5
"""Where fewer rows would be expected, few or none may be chance."""
LEAST_TEXTS: Final = 3
"""That a word of a topic's name stands in."""
MOST_ITEMS: Final = 20
MOST_CHARACTERS: Final = 100
SAMPLE: Final = 3_000
"""Conversations of the traffic that are looked at: a share of 2 % is then known to within half a point."""
OPENING_CHARACTERS: Final = 300
"""Of what a user wrote first."""

TITLES: Final = {
    "topic": "Topics of what users wrote first",
    "language": "Languages of what users wrote",
    "failure_mode": "Failure modes",
    "model": "Models that answered",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation of the traffic."""

    conversation_id: str
    opening: str
    """What its user wrote first, shortened."""
    models: tuple[str, ...] = ()
    """That answered, by turn."""
    failure_mode: int = 0


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the rows are held against: how many conversations there are, and some of them."""

    conversations: int
    sample: Sequence[Seen]
    failure_modes: Mapping[int, str] = field(default_factory=dict)
    """Titles by number."""

    def name_mode(self, number: int) -> str:
        """Empty for 0: in none."""
        return self.failure_modes.get(number) or (f"failure mode {number}" if number else "")


@dataclass(frozen=True, slots=True)
class Covering:
    """What rows are, for each: several rows may come from one conversation."""

    languages: Sequence[str]
    models: Sequence[str]
    failure_modes: Sequence[int]
    topics: Sequence[int]
    """Of a sample of the rows; see `Topics`."""


@dataclass(frozen=True, slots=True)
class Topics:
    """Topics of texts: names, and for each text the number of its topic, -1 where it is in none."""

    names: tuple[str, ...]
    numbers: Sequence[int]

    def tell(self, text: int) -> str:
        """The name of the topic of a text; empty where it is in none."""
        return self.names[self.numbers[text]] if self.numbers[text] >= 0 else ""


def find_topics(texts: Sequence[str], embed: Embed) -> Topics:
    """Groups of texts that mean nearly the same, the largest first, named by their words. A group without a word that
    several of its texts have is no topic that people would know."""
    groups = group_texts(texts, embed)
    distinct = [list(dict.fromkeys(texts[place] for place in group.members)) for group in groups]
    titles = [_tell_name(name, len(own)) for name, own in zip(name_groups(distinct), distinct, strict=True)]
    named = [(title, group) for title, group in zip(titles, groups, strict=True) if title]
    numbers = {place: number for number, (_, group) in enumerate(named) for place in group.members}
    return Topics(tuple(title for title, _ in named), [numbers.get(place, -1) for place in range(len(texts))])


def _tell_name(name: Name, texts: int) -> str:
    """Of words that several texts have, without numbers: a name is to tell of no single person."""
    least = min(LEAST_TEXTS, texts)
    common = [term.text for term in name.terms if round(term.within * (texts + 1) - 0.5) >= least]
    return shorten(", ".join([term for term in common if not re.search(r"\d", term)][:TITLE_TERMS]))


def measure_coverage(rows: Covering, traffic: Traffic, topics: Topics, topics_of_traffic: Sequence[int]) -> list[Any]:
    """By each way in which rows and traffic are divided; `topics_of_traffic` are those of its sample, in order."""
    numbers = {*rows.failure_modes, *(seen.failure_mode for seen in traffic.sample)}
    modes = {_tell_mode(number): traffic.name_mode(number) for number in numbers}
    names = {str(number): name for number, name in enumerate(topics.names)}
    sample, count = traffic.sample, len(rows.languages)
    divided: tuple[tuple[str, Iterable[str], Counter[str], Mapping[str, str]], ...] = (
        ("topic", map(_tell_number, rows.topics), Counter(map(_tell_number, topics_of_traffic)), names),
        ("language", rows.languages, Counter(tell_language([seen.opening]) for seen in sample), {}),
        ("failure_mode", map(_tell_mode, rows.failure_modes), _count_modes(sample), modes),
        ("model", rows.models, _count_models(sample), {}),
    )
    return [
        {"by": by, "title": TITLES[by], "of": len(sample), "items": _compare(Counter(own), others, known, count)}
        for by, own, others, known in divided
        if others.total()
    ]


def _tell_number(number: int) -> str:
    return "" if number < 0 else str(number)


def _tell_mode(number: int) -> str:
    return str(number) if number else ""


def _count_modes(sample: Sequence[Seen]) -> Counter[str]:
    return Counter(_tell_mode(seen.failure_mode) for seen in sample)


def _count_models(sample: Sequence[Seen]) -> Counter[str]:
    """By answer, as rows are answers, too."""
    return Counter(model for seen in sample for model in seen.models)


def _compare(rows: Counter[str], traffic: Counter[str], names: Mapping[str, str], count: int) -> list[dict[str, Any]]:
    """The values, the most common in the traffic first. `count` is of all rows: `rows` may be of some of them."""
    seen, all_seen = rows.total() or 1, traffic.total()
    items: list[dict[str, Any]] = [
        {
            "name": names.get(key, key)[:MOST_CHARACTERS],
            "key": key,
            "rows": round(rows[key] * count / seen),
            "share_of_rows": round(rows[key] / seen, 4),
            "share_of_traffic": round(traffic[key] / all_seen, 4),
            "is_hole": bool(key) and is_hole(rows[key] / seen, traffic[key] / all_seen, count),
        }
        for key in rows.keys() | traffic.keys()
    ]
    items.sort(key=lambda item: (-item["share_of_traffic"], -item["share_of_rows"], item["key"]))
    return [item for place, item in enumerate(items) if place < MOST_ITEMS or item["is_hole"]]


def is_hole(share_of_rows: float, share_of_traffic: float, rows: int) -> bool:
    """
    >>> is_hole(0.004, 0.02, 1_000), is_hole(0.006, 0.02, 1_000), is_hole(0, 0.02, 100)
    (True, False, False)
    """
    often = share_of_traffic >= HOLE_TRAFFIC and share_of_traffic * rows >= EXPECTED_ROWS
    return often and share_of_rows < HOLE_ROWS * share_of_traffic
