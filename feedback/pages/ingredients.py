"""Counts of judged answers come in; what each dataset format can be made of, and lacks, goes out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from feedback.datasets.opinions import NOT_ABOUT_THE_TEXT

ENOUGH_ROWS = 50
"""Fewer rows seldom change a model."""
PRAISE_KINDS = frozenset({"praise", "copy", "accept"})


@dataclass(frozen=True, slots=True)
class Judgements:
    """Answers that there is a judgement about, by where it came from."""

    thumbs_up: int
    thumbs_down: int
    regenerated: int
    praised: int
    """Praised in words, copied or accepted."""
    heard_bad: int
    """Judged by what the user did or said next; one answer may count more than once."""


@dataclass(frozen=True, slots=True)
class Ingredient:
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class FormatChoice:
    """One format on the page. `need` is empty where there is enough."""

    name: str
    title: str
    purpose: str
    ingredients: tuple[Ingredient, ...]
    need: str

    @property
    def is_empty(self) -> bool:
        return not any(ingredient.count for ingredient in self.ingredients)


PURPOSES = {
    "trl-sft": "Learn from answers that people liked: whole dialogues that end with a praised answer.",
    "trl-dpo": "Learn to prefer: the answer that a user kept against the one they had replaced.",
    "trl-kto": "Learn from single judgements: each answer with good or bad beside it.",
}


def count_judgements(rows: Iterable[Mapping[str, Any]]) -> Judgements:
    """Sum the rows of `page_dataset_counts.sql`."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts[name_judgement(row["kind"], row["label"], row["polarity"])] += row["answers"]
        counts["regenerated"] += row["answers"] if row["kind"] == "regeneration" else 0
    return Judgements(
        counts["thumbs up"],
        counts["thumbs down"],
        counts["regenerated"],
        counts["praised"],
        counts["heard bad"],
    )


def name_judgement(kind: str, label: str, polarity: int) -> str:
    """Return where a signal counts, as the datasets take it: the words are judged, not failures, nor tone alone."""
    if kind == "thumbs":
        return f"thumbs {label}"
    if kind in PRAISE_KINDS and polarity > 0:
        return "praised"
    judges_words = kind not in NOT_ABOUT_THE_TEXT and (kind != "refusal" or label == "needless")
    return "heard bad" if polarity < 0 and judges_words else ""


def list_ingredients(name: str, has: Judgements) -> tuple[Ingredient, ...]:
    ups, downs = Ingredient(has.thumbs_up, "thumbs up"), Ingredient(has.thumbs_down, "thumbs down")
    praised = Ingredient(has.praised, "answers copied, accepted or praised")
    if name == "trl-sft":
        return ups, praised
    if name == "trl-dpo":
        return (Ingredient(has.regenerated, "answers that a user had replaced"),)
    return ups, downs, praised, Ingredient(has.heard_bad, "signals that an answer failed")


def describe_choice(name: str, title: str, has: Judgements) -> FormatChoice:
    """Return what the page says of a format."""
    ingredients = list_ingredients(name, has)
    return FormatChoice(
        name=name,
        title=title,
        purpose=PURPOSES.get(name, ""),
        ingredients=ingredients,
        need=describe_need(name, sum(each.count for each in ingredients)),
    )


def describe_need(name: str, count: int) -> str:
    if count >= ENOUGH_ROWS:
        return ""
    source = "regenerations" if name == "trl-dpo" else "judged answers"
    start = "Nothing to train on yet" if not count else f"Few: at most {count} rows"
    return f"{start}. Training begins to show from about {ENOUGH_ROWS} {source}."
