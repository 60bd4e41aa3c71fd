"""Values with their texts hidden: what a span or a log record says comes in, the same goes out with stand-ins.

Numbers and structure stay (`tracing.texts.structure`), JSON inside strings stays JSON: whoever reads conventions reads
the same calls, with stand-ins in the place of words.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from tracing.conventions.messages import parse_repr
from tracing.texts.stand_ins import MARK, drop_marks, is_clean, stand_in
from tracing.texts.structure import (
    ALLOWED,
    PLAIN,
    WHO,
    is_name,
    is_of_resource,
    is_structural,
    is_structural_attribute,
    is_structure,
    is_word,
)

DEEPEST = 100
BEGINNINGS = frozenset('{["')
ROOTS = frozenset({"invocation_parameters", "body", "parameters"})
"""Attributes whose JSON is of a model's interface, whatever is in it."""
NAMED = frozenset({"First Token Stream Event"})
PAYLOADS = frozenset({"arguments", "args"})
"""What tools are given: every string in it is text, whatever it looks like."""
RAISED = re.compile(r"([A-Za-z_][\w.]{0,99}(?:Error|Exception|Exit|Interrupt|Warning))(?:\((.*)|(:.*)|)", re.DOTALL)
"""An error as languages write it: its type, and behind it what it says."""
ERRORS = frozenset({"exception.message", "error.message"})
OPERATIONS = frozenset(ALLOWED["operations"])
"""With which names of spans begin that say what they are of."""
encode = json.JSONEncoder(ensure_ascii=False).encode
Strings = dict[str, str]


class Cleaner:
    """Leaves texts as they are, but for what looks like a stand-in."""

    def hide(self, text: str) -> str:
        return drop_marks(text)

    hide_name = hide_error = hide_json = hide

    def hide_map(self, strings: Strings, _types: Mapping[str, str]) -> Strings:
        """The map itself where nothing in it looks like a stand-in, which is looked for in all of it at once."""
        if is_clean("".join(strings.values())) and is_clean("".join(strings)):
            return strings
        return {drop_marks(key): drop_marks(value) for key, value in strings.items()}

    hide_resource = hide_map

    def hide_body(self, body: str, _kind: str) -> str:
        return drop_marks(body)


class Hider:
    """Hides texts with a project's secret."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def hide(self, text: str) -> str:
        return stand_in(text, self.secret)

    def hide_name(self, name: str) -> str:
        """A span's name: a word or two, or an operation and what it is of; others are texts."""
        if name in NAMED:
            return name
        words = name.split()
        known = len(words) <= 2 or words[0] in OPERATIONS
        return name if known and all(map(is_word, words)) else self.hide(name)

    def hide_error(self, message: str) -> str:
        """What an error says; its type stays, by which a stream that was left is told."""
        told = RAISED.fullmatch(message)
        if told is None:
            return self.hide(message)
        said = told[2] or told[3] or ""
        return f"{told[1]}('{self.hide(said)}')" if said.strip(")") else message

    def hide_json(self, text: str) -> str:
        """A JSON object of an app, as the metadata of feedback."""
        return self.hide_string("metadata", text)

    def hide_body(self, body: str, kind: str) -> str:
        """What a log record says."""
        return self.hide_attribute("body", body, kind)

    def hide_map(self, strings: Mapping[str, str], types: Mapping[str, str]) -> Strings:
        """Attributes of a span, an event, a link or a log record."""
        return {
            self.hide_key(key): self.hide_attribute(key, value, types.get(key, "")) for key, value in strings.items()
        }

    def hide_resource(self, strings: Mapping[str, str], types: Mapping[str, str]) -> Strings:
        return {
            self.hide_key(key): value
            if is_of_resource(key, value)
            else self.hide_attribute(key, value, types.get(key, ""))
            for key, value in strings.items()
        }

    def hide_key(self, key: str) -> str:
        return key if is_name(key) else self.hide(key)

    def hide_attribute(self, key: str, value: str, kind: str = "") -> str:
        """One attribute as it is stored: `kind` is its type where it is no string."""
        if kind in ("int", "double", "bool", "empty") or not value or MARK in value:
            return value
        if kind == "bytes":
            return self.hide(value)
        if key in ERRORS:
            return self.hide_error(value)
        if is_structural_attribute(key, value):
            return value
        last = key.rpartition(".")[2]
        if value[0] == "[" and is_list_of_words(key, value):
            return value
        if (told := read_repr(last, value)) is not None:
            return repr(self._walk(told, last))
        return self.hide_string(last, value)

    def hide_string(self, name: str, value: str, depth: int = 0) -> str:
        """A text, or JSON with the texts in it hidden."""
        if not value or MARK in value or value[0] not in BEGINNINGS or depth > DEEPEST:
            return self.hide(value)
        try:
            told = json.loads(value)
        except (ValueError, RecursionError):
            return self.hide(value)
        if isinstance(told, str):
            return encode(self.hide_string(name, told, depth + 1)) if name not in PLAIN else self.hide(value)
        if name in PLAIN and not is_of_interface(told):
            return self.hide(value)
        return encode(self._walk(told, name, kept=name in ROOTS and not depth, depth=depth + 1))

    def _walk(self, value: Any, name: str, *, kept: bool = False, depth: int = 0) -> Any:
        """Decoded JSON under a name. `kept`: it is a field of an object of a model's interface."""
        if isinstance(value, str):
            stays = is_structure(name, value) if kept else name in WHO and is_word(value)
            return value if stays else self.hide_string(name, value, depth)
        if isinstance(value, (list, dict)) and depth > DEEPEST:
            return self.hide(encode(value))
        if isinstance(value, list):
            return [self._walk(each, name, kept=kept, depth=depth + 1) for each in value]
        return self._walk_object(value, kept and depth == 1, depth) if isinstance(value, dict) else value

    def _walk_object(self, value: Mapping[str, Any], is_root: bool, depth: int) -> dict[str, Any]:
        kept = is_root or is_structural(value)
        says_who = "role" in value and value["role"] != "tool"
        return {
            self.hide_key(key): self._walk(
                each, key, kept=kept and key not in PAYLOADS and not (key == "name" and says_who), depth=depth + 1
            )
            for key, each in value.items()
        }


def is_of_interface(value: Any) -> bool:
    """Whether what people say stands here in parts, or as a message."""
    listed = value if isinstance(value, list) else [value]
    return bool(listed) and all(isinstance(each, dict) and is_structural(each) for each in listed)


def is_list_of_words(key: str, value: str) -> bool:
    """Whether an attribute is a list of names, such as tags or the reasons of ends."""
    try:
        told = json.loads(value)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, list) and all(isinstance(each, str) and is_structural_attribute(key, each) for each in told)


def read_repr(name: str, value: str) -> Any:
    """What Python wrote as it writes its own, as counts of tokens; None where it is anything else."""
    told = parse_repr(value) if name in ("usage_object", "headers") else None
    return told if isinstance(told, dict) else None
