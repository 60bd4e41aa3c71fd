"""Counts of judged answers come in; what each dataset format can be made of, and lacks, goes out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from feedback.datasets.format import Format
from feedback.datasets.labels.opinions import NOT_ABOUT_THE_TEXT

ENOUGH_ROWS = 50
"""Fewer rows seldom change a model."""
SOURCES = {"prefer": "regenerations"}
"""What rows are made of, by aim."""
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
    found_right: int = 0
    """By reviewers, as the others."""
    found_wrong: int = 0
    rewritten: int = 0
    """Reviewers wrote a better one."""


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


@dataclass(frozen=True, slots=True)
class Aim:
    """What somebody wants of a dataset, and the formats that serve it, the usual one first."""

    name: str
    title: str
    purpose: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AimChoice:
    """One aim on the page, with what there is for it."""

    aim: Aim
    formats: tuple[Format, ...]
    ingredients: tuple[Ingredient, ...]
    need: str


AIMS = (
    Aim(
        "imitate",
        "Imitate good answers",
        "Dialogues that end with an answer which people liked. The way to begin (SFT).",
        ("trl-sft", "openai-sft", "trl-prompt-completion"),
    ),
    Aim(
        "prefer",
        "Prefer one answer over another",
        "The answer that a user kept against the one they had replaced (DPO, or a reward model).",
        ("trl-dpo", "openai-dpo", "trl-reward"),
    ),
    Aim(
        "tell",
        "Tell good answers from bad ones",
        "Each answer with good or bad beside it; needs no pairs, so there is most of it (KTO).",
        ("trl-kto",),
    ),
    Aim("check", "Check the next release", "Questions that went well or badly, as test cases.", ("evals",)),
    Aim(
        "look",
        "Look at it by hand",
        "For a table or for people who label: what was said, and what was thought of it.",
        ("csv", "label-studio"),
    ),
    Aim("share", "Share it, or keep all of it", "A folder with all three kinds, their origin and a card.", ("hf",)),
)
AIM_OF = {name: aim for aim in AIMS for name in aim.formats}


def list_aims(formats: Mapping[str, Format], has: Judgements) -> list[AimChoice]:
    """The aims that there is a format for, each with what there is for it."""
    return [
        AimChoice(aim, taken, list_ingredients(taken[0].name, has), describe_choice(taken[0], has).need)
        for aim in AIMS
        if (taken := tuple(formats[name] for name in aim.formats if name in formats))
    ]


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
        counts["review right"],
        counts["review wrong"],
        counts["review better"],
    )


def name_judgement(kind: str, label: str, polarity: int) -> str:
    """Return where a signal counts, as the datasets take it: the words are judged, not failures, nor tone alone."""
    if kind in ("thumbs", "review"):
        return f"{kind} {label}"
    if kind in PRAISE_KINDS and polarity > 0:
        return "praised"
    judges_words = kind not in NOT_ABOUT_THE_TEXT and (kind != "refusal" or label == "needless")
    return "heard bad" if polarity < 0 and judges_words else ""


def list_ingredients(name: str, has: Judgements) -> tuple[Ingredient, ...]:
    ups, downs = Ingredient(has.thumbs_up, "thumbs up"), Ingredient(has.thumbs_down, "thumbs down")
    praised = Ingredient(has.praised, "answers copied, accepted or praised")
    replaced = Ingredient(has.regenerated, "answers that a user had replaced")
    bad = Ingredient(has.heard_bad, "signals that an answer failed")
    right = Ingredient(has.found_right, "answers with which reviewers found nothing wrong")
    wrong = Ingredient(has.found_wrong, "answers with which reviewers found something wrong")
    better = Ingredient(has.rewritten, "better answers that reviewers wrote")
    by_aim = {
        "imitate": (ups, praised, right, better),
        "prefer": (replaced, better),
        "share": (ups, downs, praised, bad, replaced, right, wrong, better),
    }
    listed = by_aim.get(name_aim(name), (ups, downs, praised, bad, right, wrong, better))
    return tuple(each for each in listed if each.count or each not in (right, wrong, better))


def name_aim(format_name: str) -> str:
    """
    >>> name_aim("openai-sft"), name_aim("unheard-of")
    ('imitate', '')
    """
    return AIM_OF[format_name].name if format_name in AIM_OF else ""


def describe_choice(chosen: Format, has: Judgements) -> FormatChoice:
    """Return what is said of a format: what it is for, what there is for it, and what is missing."""
    ingredients = list_ingredients(chosen.name, has)
    return FormatChoice(
        name=chosen.name,
        title=chosen.title,
        purpose=chosen.purpose,
        ingredients=ingredients,
        need=describe_need(chosen.name, sum(each.count for each in ingredients)),
    )


def describe_need(name: str, count: int) -> str:
    aim = name_aim(name)
    if count >= ENOUGH_ROWS or (count and aim in ("check", "look")):
        return ""
    start = "Nothing to make it of yet" if not count else f"Few: about {count} row{'' if count == 1 else 's'}"
    if aim in ("check", "look"):
        return f"{start}."
    return f"{start}. Training begins to show from about {ENOUGH_ROWS} {SOURCES.get(aim, 'judged answers')}."
