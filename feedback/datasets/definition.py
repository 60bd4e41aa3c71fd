"""What a dataset is to be made of: what people choose comes in, one checked value goes out, and back as JSON.

The same definition over the same traffic gives the same files, byte by byte.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

Consent = Literal["unless_refused", "only_given"]
PersonalData = Literal["replace", "drop"]

GOLD, SILVER = "gold", "silver"
Tier = Literal["gold", "silver"]


@dataclass(frozen=True, slots=True)
class Definition:
    """Everything that decides which rows there are. A default is what a careful engineer would take."""

    format: str
    """One of `formats.FORMATS`."""
    filter: str = ""
    """Of conversations, in the language of `docs/filters.md`; empty: all of them."""
    consent: Consent = "unless_refused"
    """Whether conversations of users of whom nothing is known are in."""
    models_left_out: tuple[str, ...] = ()
    """Models and providers whose terms forbid it: names, or beginnings that end with `*`."""
    licence: str = ""
    """SPDX identifier or words, for the card and the manifest; empty: none is granted."""
    personal_data: PersonalData = "replace"
    """Whether a row with personal data gets placeholders or goes."""
    languages: tuple[str, ...] = ()
    """ISO 639-1; empty: all of them."""
    longest: int = 0
    """Characters of a row at most; 0: any."""
    tier: Tier = "silver"
    """The least that a label may be."""
    confidence: float = 0.5
    """The least of a silver label, 0.5 to 1."""
    sources: tuple[str, ...] = ()
    """Label sources that count, such as `thumbs:up` or `signal:*`; empty: all of them."""
    likeness: float = 0.8
    """Jaccard index of two conversations' words from which on the second goes, over 0 to 1; 1: only equal ones."""
    most_per_user: int = 100
    most_per_template: int = 100
    most_per_failure_mode: int = 500
    """Rows at most; 0: any number."""
    balance: float = 0.0
    """How many times as many rows the larger class may have than the smaller one, 1 or more; 0: any."""
    match_lengths: bool = False
    """Whether pairs go until about half of the chosen answers are the longer ones."""
    validation: float = 0.1
    """Share of the rows that validate, 0 to 0.5: the newest."""
    evaluation_sets: tuple[int, ...] = ()
    """Numbers of the project's evaluation sets that no row may share words with."""
    seed: int = 0
    """Decides what is drawn where something is drawn."""


class DefinitionProblems(ValueError):  # noqa: N818 - the name says it
    """What is wrong with it, a sentence by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "consent": get_args(Consent),
    "personal_data": get_args(PersonalData),
    "tier": get_args(Tier),
}
RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "confidence": (0.5, 1),
    "likeness": (0.3, 1),
    "validation": (0, 0.5),
    "balance": (0, 1000),
    "longest": (0, 10**9),
    "most_per_user": (0, 10**9),
    "most_per_template": (0, 10**9),
    "most_per_failure_mode": (0, 10**9),
    "seed": (0, 2**31 - 1),
}


def write_definition(definition: Definition) -> dict[str, Any]:
    """As JSON keeps it; `read_definition` reads it back equal."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(definition).items()}


def read_definition(given: Mapping[str, Any], formats: Sequence[str]) -> Definition:
    """The definition that was written, or sent; what is not named is as usual. Raises DefinitionProblems."""
    known = {field.name: field for field in fields(Definition)}
    problems = {name: f"There is no option {name!r}." for name in given if name not in known}
    if given.get("format") not in formats:
        problems["format"] = f"Choose one of {', '.join(formats)}."
    read = {}
    for name in known.keys() & given.keys():
        try:
            read[name] = _read_value(name, given[name])
        except (TypeError, ValueError) as error:
            problems.setdefault(name, str(error))
    if problems:
        raise DefinitionProblems(dict(sorted(problems.items())))
    return Definition(**read)


def _read_value(name: str, value: Any) -> Any:
    if name in CHOICES:
        return _read_choice(name, value)
    if name in ("models_left_out", "languages", "sources", "evaluation_sets"):
        return _read_list(name, value)
    if name in RANGES:
        return _read_number(name, value)
    expected = bool if name == "match_lengths" else str
    if not isinstance(value, expected):
        raise TypeError(f"{name} has to be {'true or false' if expected is bool else 'a text'}.")
    return value


def _read_choice(name: str, value: Any) -> str:
    if value not in CHOICES[name]:
        raise ValueError(f"{name} has to be one of {', '.join(CHOICES[name])}.")
    return str(value)


def _read_list(name: str, value: Any) -> tuple[Any, ...]:
    kind = int if name == "evaluation_sets" else str
    if not isinstance(value, list | tuple) or not all(isinstance(each, kind) for each in value):
        raise TypeError(f"{name} has to be a list of {'numbers' if kind is int else 'texts'}.")
    return tuple(sorted(set(value)))


def _read_number(name: str, value: Any) -> float | int:
    low, high = RANGES[name]
    whole = name in ("longest", "most_per_user", "most_per_template", "most_per_failure_mode", "seed")
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise TypeError(f"{name} has to be a {'whole ' if whole else ''}number.")
    if not low <= value <= high or (name == "balance" and 0 < value < 1):
        raise ValueError(
            f"{name} has to be from {low:g} to {high:g}{', and not between 0 and 1' * (name == 'balance')}."
        )
    return value if whole else float(value)  # 1 and 1.0 are the same definition, and the same bytes
