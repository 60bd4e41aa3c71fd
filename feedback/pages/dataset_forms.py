"""A definition, or what somebody typed, comes in; what the form of a dataset holds, and what it sends, goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from feedback.datasets.definition import RANGES

PERCENT: Final = frozenset({"confidence", "likeness", "validation"})
"""Shares that people read and write in percent."""
LISTS: Final = frozenset({"models_left_out", "languages", "sources"})
"""Texts with commas between them."""
MOST_WORDS: Final = 4000


@dataclass(frozen=True, slots=True)
class Field:
    """One choice of a definition in plain words. `choices` are those of a selector, by value."""

    name: str
    title: str
    help: str = ""
    choices: Mapping[str, str] | None = None
    is_check: bool = False

    @property
    def is_number(self) -> bool:
        return self.name in RANGES


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    fields: tuple[Field, ...]


GROUPS: Final = (
    Group(
        "Which labels count",
        (
            Field(
                "tier",
                "A label has to be",
                "Somebody said it outright when there is a thumb or a review; behaviour is, for example, a copied "
                "answer, or one that was asked for again.",
                {"silver": "said outright, or clear from behaviour", "gold": "said outright"},
            ),
            Field("confidence", "Behaviour counts from a confidence of, in percent", "From 50 to 100."),
            Field(
                "sources",
                "Only these sources of labels",
                "With commas between them, such as thumbs:up or signal:*; empty takes all.",
            ),
        ),
    ),
    Group(
        "Whose words, and whose models",
        (
            Field(
                "consent",
                "Users of whom no consent is known",
                "Who refused is never in.",
                {"unless_refused": "are in", "only_given": "are left out"},
            ),
            Field(
                "personal_data",
                "Personal data, such as names, mail addresses and phone numbers",
                "What is found nowhere, nobody replaces: read some rows before you share them.",
                {"replace": "becomes a placeholder", "drop": "takes its row out"},
            ),
            Field(
                "models_left_out",
                "Models whose answers are left out",
                "Some providers forbid training other models. With commas, such as gpt-*, anthropic.",
            ),
            Field(
                "licence",
                "Licence",
                "Of the rows, for the manifest and the card, such as CC-BY-4.0; empty grants none.",
            ),
        ),
    ),
    Group(
        "Which rows",
        (
            Field("languages", "Only these languages", "Codes with commas, such as en, de; empty takes all."),
            Field("longest", "Characters of a row at most", "0 takes any."),
            Field(
                "likeness",
                "Of two conversations that are alike one stays, from a likeness of, in percent",
                "From 30; 100 drops only equal ones.",
            ),
            Field("most_per_user", "Rows of one user at most", "0 takes any number."),
            Field("most_per_template", "Rows that ask the same thing at most", "0 takes any number."),
            Field("most_per_failure_mode", "Rows of one failure mode at most", "0 takes any number."),
            Field(
                "balance",
                "Times as many rows as the smaller class the larger may have",
                "Of good and bad answers; 0 leaves them as they are.",
            ),
            Field(
                "match_lengths",
                "Pairs go until the better answer is the longer one about half of the time",
                "Or a model learns that long is good.",
                is_check=True,
            ),
        ),
    ),
    Group(
        "How it is split and drawn",
        (
            Field("validation", "Rows that validate, in percent", "The newest; no user is on both sides. Up to 50."),
            Field("seed", "Seed", "The same seed draws the same rows."),
        ),
    ),
)
FIELDS: Final = tuple(field for group in GROUPS for field in group.fields)
TYPED: Final = ("format", "filter", "name", "description", *(field.name for field in FIELDS if not field.is_check))


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form is filled with: texts by the name of their field, what is ticked, and the chosen evaluation
    sets."""

    texts: Mapping[str, str]
    ticked: frozenset[str]
    evaluation_sets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FilledField:
    field: Field
    value: str
    is_ticked: bool
    problem: str


@dataclass(frozen=True, slots=True)
class FilledGroup:
    title: str
    fields: tuple[FilledField, ...]


def fill_from_definition(definition: Mapping[str, Any], name: str = "", description: str = "") -> Typed:
    """Of a definition as `write_definition` writes it."""
    texts = {field: write_value(field, value) for field, value in definition.items()}
    ticked = frozenset(field for field, value in definition.items() if value is True)
    return Typed(texts | {"name": name, "description": description}, ticked, tuple(definition["evaluation_sets"]))


def write_value(name: str, value: Any) -> str:
    """
    >>> write_value("validation", 0.1), write_value("languages", ["de", "en"]), write_value("balance", 0)
    ('10', 'de, en', '0')
    """
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    if name in PERCENT:
        return f"{100 * value:.10g}"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def fill_from_post(single: Mapping[str, str], sets: Sequence[str]) -> Typed:
    """What a form sent, as it was typed."""
    texts = {name: single.get(name, "")[:MOST_WORDS] for name in TYPED}
    ticked = frozenset(field.name for field in FIELDS if field.is_check and field.name in single)
    return Typed(texts, ticked, tuple(int(each) for each in sets if is_whole(each)))


def is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def read_typed(typed: Typed) -> dict[str, Any]:
    """As `read_definition` takes it; a number that is none stays a text, which it refuses."""
    read: dict[str, Any] = {name: typed.texts.get(name, "").strip() for name in ("format", "filter")}
    for field in FIELDS:
        if field.is_check:
            read[field.name] = field.name in typed.ticked
        else:
            read[field.name] = read_text(field.name, typed.texts.get(field.name, ""))
    return read | {"evaluation_sets": list(typed.evaluation_sets)}


def read_text(name: str, text: str) -> Any:
    """
    >>> read_text("validation", " 12,5 % "), read_text("languages", "en , de,"), read_text("seed", "7x")
    (0.125, ['en', 'de'], '7x')
    """
    if name in LISTS:
        return [each.strip() for each in text.split(",") if each.strip()]
    if name not in RANGES:
        return text.strip()
    return read_number(name, text.strip())


def read_number(name: str, text: str) -> float | int | str:
    """The number that was meant, with a comma or a point; the text where it is none."""
    bare = text.rstrip("%").strip().replace(",", ".")
    try:
        number = float(bare)
    except ValueError:
        return text
    if name in PERCENT:
        return round(number / 100, 12)
    return int(number) if number.is_integer() and "." not in bare else number


def tell_problem(name: str, problem: str) -> str:
    """What is wrong with a field in the words and units of the form.

    >>> tell_problem("confidence", "confidence has to be a number.")
    'A number from 50 to 100, in percent.'
    """
    if name not in RANGES:
        return problem
    low, high = RANGES[name]
    if name in PERCENT:
        return f"A number from {100 * low:g} to {100 * high:g}, in percent."
    if name == "balance":
        return f"0, or a number from 1 to {high:,}."
    return f"A whole number from {low:,} to {high:,}."


def fill_groups(typed: Typed, problems: Mapping[str, str]) -> list[FilledGroup]:
    """The groups of the form with what each field holds and what is wrong with it."""
    return [
        FilledGroup(group.title, tuple(fill_field(field, typed, problems) for field in group.fields))
        for group in GROUPS
    ]


def fill_field(field: Field, typed: Typed, problems: Mapping[str, str]) -> FilledField:
    return FilledField(field, typed.texts.get(field.name, ""), field.name in typed.ticked, problems.get(field.name, ""))


def tell_definition(definition: Mapping[str, Any], usual: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was chosen other than usual, each by its title, in the order of the form."""
    told = [
        (field.title, tell_choice(field, definition.get(field.name)))
        for field in FIELDS
        if differs(field.name, definition, usual)
    ]
    sets = definition.get("evaluation_sets")
    return [*told, ("No words of the evaluation sets", ", ".join(map(str, sets)))] if sets else told


def differs(name: str, definition: Mapping[str, Any], usual: Mapping[str, Any]) -> bool:
    return name in definition and definition[name] != usual.get(name)


def tell_choice(field: Field, value: Any) -> str:
    if field.choices:
        return field.choices.get(str(value), str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return write_value(field.name, value)
