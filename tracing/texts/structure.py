"""Which strings are structure, and may be kept where texts are not: a name and its value come in, the answer goes out.

`structure.toml` lists what is allowed: ids, roles, types, models, names of tools, reasons of ends, times, versions. A
value under such a name counts only where it looks like one, which is a word without spaces; all else is text.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

ALLOWED: Mapping[str, list[str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
NAMES, ATTRIBUTES, PLAIN, ROLES, TYPES, STRUCTURAL, WHO, CALLS = (
    frozenset(ALLOWED[name])
    for name in ("names", "attributes", "plain", "roles", "types", "structural", "who", "calls")
)
RESOURCE = tuple(ALLOWED["resource"])
LONGEST_OF_RESOURCE = 200
REMEMBERED = 20_000
"""Names that were looked at: apps use few, again and again."""

WORD = re.compile(r"\"?[\w.:/@+=#,;<>-]{1,200}\"?")
NAME = re.compile(r"[A-Za-z_$][\w.$/:-]{0,99}")
ID = re.compile(r"(?:.*[._-])?u?id(?:_path)?s?|.*[a-z]Ids?|.*[a-z]ID", re.DOTALL)
NUMBERED = re.compile(r"\.\d{1,6}(?=\.|$)")


def is_structure(name: str, value: str) -> bool:
    """Whether a field of an object of a model's interface is kept."""
    return names_structure(name) and is_word(value)


def is_structural_attribute(key: str, value: str) -> bool:
    return leads_to_structure(key) and is_word(value)


@lru_cache(maxsize=REMEMBERED)
def names_structure(name: str) -> bool:
    """Whether a field, or the last part of an attribute's name, is one of structure."""
    known = name.lower() in NAMES or name == "name" or name.endswith("_tags")
    return known or ID.fullmatch(name) is not None


@lru_cache(maxsize=REMEMBERED)
def leads_to_structure(key: str) -> bool:
    """The same of an attribute by its whole name."""
    plain = NUMBERED.sub("", key)
    last = plain.rpartition(".")[2]
    if last == "name" and plain.lower() not in ATTRIBUTES:
        return "tool" in plain or "function" in plain
    return plain.lower() in ATTRIBUTES or names_structure(last)


def is_of_resource(key: str, value: str) -> bool:
    return (key.startswith(RESOURCE) and len(value) <= LONGEST_OF_RESOURCE) or is_structural_attribute(key, value)


def is_structural(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object is of a model's interface: a message, a part of one, a call of a tool, an answer."""
    role, kind = value.get("role"), value.get("type")
    if isinstance(role, str) and role.lower() in ROLES:
        return True
    if (isinstance(kind, str) and (kind in TYPES or kind in ROLES)) or not STRUCTURAL.isdisjoint(value):
        return True
    return ("name" in value or "model" in value) and not CALLS.isdisjoint(value)


def is_word(value: str) -> bool:
    """One word, or several with commas, as tags are told."""
    return all(WORD.fullmatch(word) for word in value.split(", "))


@lru_cache(maxsize=REMEMBERED)
def is_name(key: str) -> bool:
    """Whether a name of a field is one, not a text that stands where names do."""
    return NAME.fullmatch(key) is not None or key.isdigit()
