"""A text and its name come in, the text as it may be stored goes out: stand-ins where the rules find a value.

JSON is masked string by string, so that it stays JSON and no escape hides a value. Patterns of a project run under a
limit of time, of each text and of all texts of a request; they match a text as it came, before anything is replaced.
"""

import re
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import regex

from tracing.masking.gates import SHORTEST, may_change
from tracing.masking.json_texts import change_json, list_strings, looks_like_json
from tracing.masking.names import IDS, find_secret_name, is_telling
from tracing.masking.rules import SECRETS, Masking, write_stand_in
from tracing.personal_data import find_personal_data
from tracing.personal_data.named import LONGEST_NAMED, introduce_name, is_harmless_name, shift_findings

SURE: Final = 0.5
"""Of a finding; less sure ones stay as they are."""
DEEPEST_JSON: Final = 5
"""JSON in a string of JSON is opened so many times."""
MOST_PASSES: Final = 3
"""A stand-in may bring to light what stood beside the value."""
SECONDS_PER_TEXT: Final = 0.1
SECONDS_PER_REQUEST: Final = 1.0
SECONDS_PER_CHARACTER: Final = 1e-6
"""More for long texts: of each, and of the request."""
_STAND_IN: Final = re.compile(r"\[[A-Z][A-Z0-9 -]*\]|\[MASKED: [a-z ]+\]")


class Span(NamedTuple):
    """A value in a text, and by which rule it goes: a kind, or the name of a pattern."""

    start: int
    end: int
    rule: str


Watcher = Callable[[str, str, Sequence[Span]], None]
"""Told of each text that changes: its name, itself, and where."""
MaskId = Callable[[str, str], str | None]
"""Gives what becomes of the value of a name where that is an id; None where it is none."""


class TextMasker:
    """The rules at work on the texts of one request."""

    def __init__(self, masking: Masking, mask_id: MaskId, watcher: Watcher | None) -> None:
        self._kinds = masking.kinds
        self._patterns = [(each.name, compile_pattern(each.expression)) for each in masking.patterns]
        self._is_idle = not (masking.kinds or masking.patterns)
        self._masking = masking
        self._only_secrets = not masking.patterns and masking.kinds <= SECRETS
        self._mask_id = mask_id
        self._watcher = watcher
        self._seconds = SECONDS_PER_REQUEST

    def mask(self, name: str, text: str, depth: int = DEEPEST_JSON) -> str:
        """Raises TimeoutError with the name of a pattern that took too long."""
        if self._is_idle:
            return text
        if not (name and is_telling(name)) and not self.may_change(text):
            return text
        if depth and looks_like_json(text):
            strings = list_strings(text, name)
            if strings is not None:
                return self._mask_json(name, text, depth - 1) if self._may_change(strings) else text
        return self._mask_words(name, text)

    def may_change(self, text: str) -> bool:
        """Whether anything in a text, or its JSON, may be masked, its own name aside."""
        return may_change(self._masking, text) or (self._masking.hides_users and "user_id" in text)

    def _may_change(self, strings: Sequence[tuple[str, str]]) -> bool:
        """Whether JSON with these strings is to be written anew: they are looked at all at once."""
        if not self._only_secrets or any(
            name and (name in IDS or find_secret_name(name) is not None) for name, _ in strings
        ):
            return True
        if any(looks_like_json(text) for _, text in strings):
            return True
        read = "\0".join(introduce_name(name) + text if name and is_telling(name) else text for name, text in strings)
        return bool(self._find_built_in("", read))

    def mask_name(self, name: str) -> str:
        """Without what is built in: patterns are for values, and readers go by names."""
        return write_stand_ins(name, merge_spans(self._find_built_in("", name)))

    def _mask_json(self, name: str, text: str, depth: int) -> str:
        def change(called: str, value: str) -> str:
            masked = self._mask_id(called, value)
            return self.mask(called, value, depth) if masked is None else masked

        return change_json(text, change, self.mask_name, name)

    def _mask_words(self, name: str, text: str) -> str:
        kind = find_secret_name(name) if name else None
        if kind in self._kinds:
            known = not text.strip() or _STAND_IN.fullmatch(text)
            return text if known else self._write(name, text, [Span(0, len(text), str(kind))])
        spans = [*self._find_built_in(name, text), *self._find_own(text)]
        for _ in range(MOST_PASSES):
            if not spans:
                break
            text = self._write(name, text, merge_spans(spans))
            spans = self._find_built_in(name, text)
        return text

    def _write(self, name: str, text: str, spans: Sequence[Span]) -> str:
        if self._watcher is not None:
            self._watcher(name, text, spans)
        return write_stand_ins(text, spans)

    def _find_built_in(self, name: str, text: str) -> list[Span]:
        """Values that documentation shows are no secrets; of the other kinds they are masked, too."""
        if not self._kinds or len(text) < SHORTEST:
            return []
        is_named = name and len(text) <= LONGEST_NAMED and (not self._only_secrets or is_telling(name))
        before = introduce_name(name) if is_named else ""
        found = find_personal_data(before + text, self._kinds)
        if not found:
            return []
        harmless = bool(name) and is_harmless_name(name)
        return [
            Span(each.start, each.end, each.kind)
            for each in shift_findings(found, len(before))
            if each.confidence >= SURE and not (each.kind in SECRETS and (each.sample or harmless))
        ]

    def _find_own(self, text: str) -> list[Span]:
        """What the project's patterns match, but for what stands in for values already."""
        if not self._patterns:
            return []
        extra = len(text) * SECONDS_PER_CHARACTER
        self._seconds += extra
        stand_ins = [each.span() for each in _STAND_IN.finditer(text)]
        return [
            Span(start, end, name)
            for name, pattern in self._patterns
            for start, end in self._search(name, pattern, text, SECONDS_PER_TEXT + extra)
            if start < end and not any(first <= start and end <= last for first, last in stand_ins)
        ]

    def _search(self, name: str, pattern: "regex.Pattern[str]", text: str, seconds: float) -> list[tuple[int, int]]:
        if self._seconds <= 0:
            raise TimeoutError(name)
        began = time.perf_counter()
        try:
            return [each.span() for each in pattern.finditer(text, timeout=min(seconds, self._seconds))]
        except TimeoutError:
            raise TimeoutError(name) from None
        finally:
            self._seconds -= time.perf_counter() - began


@lru_cache(maxsize=1_000)
def compile_pattern(expression: str) -> "regex.Pattern[str]":
    return regex.compile(expression)


def merge_spans(spans: Sequence[Span]) -> list[Span]:
    """In the order of the text; those that share characters become one, by the rule of the longest."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1].end:
            last = merged.pop()
            longest = max(last, span, key=lambda each: each.end - each.start)
            merged.append(Span(last.start, max(last.end, span.end), longest.rule))
        else:
            merged.append(span)
    return merged


def write_stand_ins(text: str, spans: Sequence[Span]) -> str:
    written, at = [], 0
    for span in spans:
        written += [text[at : span.start], write_stand_in(span.rule)]
        at = span.end
    return "".join((*written, text[at:]))
