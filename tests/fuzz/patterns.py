"""Every compiled pattern of the platform, and texts that are made to trip it: what it repeats, repeated, and then an
end that it does not expect."""

import importlib
import pkgutil
import re
import re._parser as parser  # type: ignore[import-not-found] # the module that `re` itself reads patterns by
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from re import _constants as kinds  # type: ignore[attr-defined]
from typing import Any

PACKAGES = ("tracing", "feedback", "drift", "config")
NO_TEXT_OF_TRACES = re.compile(r"\.(?:training|sdk|migrations|demo)\b")
DEEPEST = 4
"""Lists, tables and dataclasses in each other, in which a module keeps its patterns."""
ENOUGH = 20
"""A repetition of so many at most grows no further."""
LETTERS = 'a 1-.A\n<"é'
END = "\0"
PLAIN = (" ", "a", "A", "1", "-", ".", "\n", "(", "<", "@", "/", "a ", "1 ", "A ", "a.", "1.", '"', "'", "a-", "1,")
CATEGORIES = {
    kinds.CATEGORY_DIGIT: str.isdigit,
    kinds.CATEGORY_NOT_DIGIT: lambda letter: not letter.isdigit(),
    kinds.CATEGORY_SPACE: str.isspace,
    kinds.CATEGORY_NOT_SPACE: lambda letter: not letter.isspace(),
    kinds.CATEGORY_WORD: lambda letter: letter.isalnum() or letter == "_",
    kinds.CATEGORY_NOT_WORD: lambda letter: not (letter.isalnum() or letter == "_"),
}


def find_patterns() -> dict[str, re.Pattern[str]]:
    """Patterns of texts, by where they stand."""
    found: dict[str, re.Pattern[str]] = {}
    for package in PACKAGES:
        for module in pkgutil.walk_packages([package], f"{package}."):
            if not NO_TEXT_OF_TRACES.search(module.name):
                for name, value in list(vars(importlib.import_module(module.name)).items()):
                    for number, pattern in enumerate(search(value, 0)):
                        found[f"{module.name}.{name}[{number}]"] = pattern
    return {name: pattern for name, pattern in found.items() if isinstance(pattern.pattern, str)}


def search(value: Any, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < DEEPEST:
        if isinstance(value, Mapping):
            value = [*value.keys(), *value.values()]
        elif is_dataclass(value) and not isinstance(value, type):
            value = [getattr(value, field.name, None) for field in fields(value)]
        if isinstance(value, list | tuple | set | frozenset):
            for each in value:
                yield from search(each, depth + 1)


def list_pumps(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    """Each thing that the pattern repeats, with what it wants before it."""
    pumps: list[tuple[str, str]] = []
    whole = write(parser.parse(pattern.pattern, pattern.flags), pumps, "")
    pumps += [("", before + unit) for before, unit in pumps] + [("", whole), ("", whole[:-1])]
    pumps += [("", unit) for unit in PLAIN]
    return [pump for pump in dict.fromkeys(pumps) if pump[1]]


def make_attack(pump: tuple[str, str], length: int) -> str:
    """A text of at least `length` letters."""
    before, unit = pump
    return before + unit * (length // len(unit) + 1) + END


def write(parts: Any, pumps: list[tuple[str, str]], before: str) -> str:
    """A text that the pattern likes, after `before`; `pumps` gets what is repeated in it, with what stands before."""
    for kind, value in parts:
        if kind is kinds.LITERAL:
            before += chr(value)
        elif kind in (kinds.NOT_LITERAL, kinds.ANY):
            before += choose([(kinds.NEGATE, None), (kinds.LITERAL, value or ord("\n"))])
        elif kind is kinds.IN:
            before += choose(value)
        elif kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            least, most, inner = value
            write(inner, pumps, before)
            unit = write(inner, [], "")
            if most > ENOUGH:
                pumps.append((before, unit))
            before += unit * max(least, 1)
        elif kind in (kinds.SUBPATTERN, kinds.ATOMIC_GROUP):
            before = write(value[3] if kind is kinds.SUBPATTERN else value, pumps, before)
        elif kind is kinds.BRANCH:
            before, *_ = [write(branch, pumps, before) for branch in value[1]]
    return before


def choose(of: Any) -> str:
    """A letter of a class of letters."""
    negated = of[0][0] is kinds.NEGATE
    own = [chr(value) for kind, value in of if kind is kinds.LITERAL]
    own += [chr(value[0]) for kind, value in of if kind is kinds.RANGE]
    return next((letter for letter in (*LETTERS, *own) if holds(of, letter) is not negated), "é")


def holds(of: Any, letter: str) -> bool:
    return any(
        (kind is kinds.LITERAL and ord(letter) == value)
        or (kind is kinds.RANGE and value[0] <= ord(letter) <= value[1])
        or (kind is kinds.CATEGORY and CATEGORIES[value](letter))
        for kind, value in of
    )
