"""What changed between two versions of a dataset comes in, as JSON; the page's rows go out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from feedback.pages.dataset_forms import FIELDS, tell_choice
from feedback.pages.dataset_inspections import NOT_KNOWN, PART_WORDS, name_step

TITLES: Final = {field.name: field.title for field in FIELDS} | {
    "format": "Format",
    "filter": "Conversations",
    "evaluation_sets": "Evaluation sets",
}
ROW_WORDS: Final = {
    "both": ("in both", ""),
    "only_newer": ("new", "good"),
    "only_older": ("gone", "bad"),
    "changed_text": ("in both with other words", "unsure"),
    "changed_label": ("in both with another label", "unsure"),
    "changed_split": ("in both on the other side of the split", "unsure"),
}
SHARE_WORDS: Final = {
    "label": "Good and bad",
    "label_source": "Where labels come from",
    "tier": "How sure labels are",
    "language": "Languages",
    "model": "Models",
}
EXAMPLE_WORDS: Final = {"only_newer": "New rows", "only_older": "Rows that are gone", "changed": "Rows that changed"}


@dataclass(frozen=True, slots=True)
class Differing:
    title: str
    older: str
    newer: str


@dataclass(frozen=True, slots=True)
class RowCount:
    words: str
    shape: str
    count: int


@dataclass(frozen=True, slots=True)
class ComparedStep:
    """A step of both funnels; a count is None where a version had no such step."""

    title: str
    part: str
    older: int | None
    newer: int | None
    is_idle: bool
    """Whether it left nothing out in either."""

    @property
    def change(self) -> str:
        difference = (self.newer or 0) - (self.older or 0)
        return f"{'+' if difference > 0 else '−' if difference else ''}{abs(difference):,}"


@dataclass(frozen=True, slots=True)
class ComparedShare:
    value: str
    older: float
    newer: float


@dataclass(frozen=True, slots=True)
class ShownComparison:
    definition: tuple[Differing, ...]
    rows: tuple[RowCount, ...]
    """Empty where the files of one are gone."""
    steps: tuple[ComparedStep, ...]
    idle: tuple[ComparedStep, ...]
    shares: tuple[tuple[str, tuple[ComparedShare, ...]], ...]
    examples: tuple[tuple[str, tuple[Mapping[str, Any], ...]], ...]


def show_comparison(found: Mapping[str, Any]) -> ShownComparison:
    counts = found.get("rows") or {}
    steps = [show_step(each) for each in found.get("steps", ())]
    return ShownComparison(
        definition=tuple(show_definition(each) for each in found.get("definition", ())),
        rows=tuple(
            RowCount(words, shape, counts[name]) for name, (words, shape) in ROW_WORDS.items() if name in counts
        ),
        steps=tuple(step for step in steps if not step.is_idle),
        idle=tuple(step for step in steps if step.is_idle),
        shares=tuple(show_shares(found.get("shares", ()))),
        examples=tuple(
            (words, tuple(found["examples"][name]))
            for name, words in EXAMPLE_WORDS.items()
            if found.get("examples", {}).get(name)
        ),
    )


def show_definition(differing: Mapping[str, Any]) -> Differing:
    name = differing["name"]
    return Differing(
        TITLES.get(name, name), tell_value(name, differing.get("older")), tell_value(name, differing.get("newer"))
    )


def tell_value(name: str, value: Any) -> str:
    """
    >>> tell_value("consent", "only_given"), tell_value("filter", ""), tell_value("validation", 0.1)
    ('are left out', '–', '10')
    """
    field = next((each for each in FIELDS if each.name == name), None)
    if field is not None and value is not None:
        return tell_choice(field, value) or "–"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "–"
    return str(value) if value not in (None, "") else "–"


def show_step(step: Mapping[str, Any]) -> ComparedStep:
    part = step.get("part", "")
    older, newer = step.get("older"), step.get("newer")
    return ComparedStep(
        name_step(step["name"]),
        PART_WORDS.get(part, part),
        older["out"] if older else None,
        newer["out"] if newer else None,
        is_idle=all(each is None or each["in"] == each["out"] for each in (older, newer)),
    )


def show_shares(shares: Any) -> Iterator[tuple[str, tuple[ComparedShare, ...]]]:
    for each in shares:
        items = tuple(
            ComparedShare(str(item["value"]) or NOT_KNOWN, item["older"], item["newer"]) for item in each["items"]
        )
        if items:
            yield SHARE_WORDS.get(each["by"], each["by"]), items
