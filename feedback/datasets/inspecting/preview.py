"""Rows to look at before a dataset is written: outlines come in, a few go out, drawn evenly over what judged them; and
a row as the trainer would see it comes in, and goes out so short that a page can hold it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final

from feedback.datasets.weighing.outline import Outline

ROWS: Final = 20
MOST_CHARACTERS: Final = 300_000
"""Of all rows of all parts together."""
LONGEST_TEXTS: Final = (4_000, 1_000, 300, 80)
"""Texts are cut to the first of these with which the row is short enough."""
LONGEST_LISTS: Final = (200, 40, 10, 4)
DEEPEST: Final = 20


def draw_rows(outlines: Sequence[Outline], seed: int) -> list[Outline]:
    """At most `ROWS`, the same for the same seed whichever way they came: from each label source in turn."""
    by_source: dict[str, list[Outline]] = defaultdict(list)
    for outline in order_by_chance(outlines, seed):
        by_source[outline.label_source].append(outline)
    rounds = zip_longest(*(by_source[source] for source in sorted(by_source)))
    return [outline for each in rounds for outline in each if outline is not None][:ROWS]


def order_by_chance(outlines: Iterable[Outline], seed: int) -> list[Outline]:
    """The same order for the same seed, whichever way they came."""
    return sorted(outlines, key=lambda each: (_draw(each, seed), each.order))


def _draw(outline: Outline, seed: int) -> bytes:
    told = json.dumps([seed, outline.trace_id, outline.span_id, outline.claim])
    return hashlib.blake2b(told.encode(), digest_size=8).digest()


def cut_row(row: Any, most_characters: int) -> tuple[Any, bool]:
    """The row with texts and lists so short that it has about so many characters at most, and whether anything was
    cut. What is left out is counted in its place."""
    whole = _cut(row, most_characters, most_characters, 0)
    if len(json.dumps(whole)) <= most_characters:
        return whole, whole != row
    for text, items in zip(LONGEST_TEXTS, LONGEST_LISTS, strict=True):
        shortened = _cut(row, text, items, 0)
        if len(json.dumps(shortened)) <= most_characters:
            return shortened, True
    return _cut_text(json.dumps(row), most_characters // 2), True


def make_plain(value: Any) -> Any:
    """The same without characters that databases and pages refuse."""
    return _cut(value, MOST_CHARACTERS, MOST_CHARACTERS, 0)


def _cut(value: Any, text: int, items: int, depth: int) -> Any:
    if isinstance(value, str):
        return _cut_text(value, text)
    if depth == DEEPEST and isinstance(value, dict | list):
        return _cut_text(json.dumps(value), text)
    if isinstance(value, dict):
        kept = dict(list(value.items())[:items])
        told = {_cut_text(str(key), text): _cut(each, text, items, depth + 1) for key, each in kept.items()}
        return told | ({"…": _tell_more(len(value) - items, "keys")} if len(value) > items else {})
    if isinstance(value, list | tuple):
        return list(_cut_list(value, text, items, depth))
    return value


def _cut_list(values: Sequence[Any], text: int, items: int, depth: int) -> Iterator[Any]:
    """Its beginning and its end: the last message of a dialogue is what it is there for."""
    left_out = len(values) - items
    head = items // 2
    for place, value in enumerate(values):
        if left_out <= 0 or place < head or place >= head + left_out:
            yield _cut(value, text, items, depth + 1)
        elif place == head:
            yield _tell_more(left_out, "items")


def _cut_text(text: str, most: int) -> str:
    sound = text.encode("utf-8", "replace").decode().replace("\0", "")
    more = len(sound) - most
    return f"{sound[:most]} {_tell_more(more, 'characters')}" if more > 0 else sound


def _tell_more(count: int, what: str) -> str:
    return f"… [{count:,} more {what}]"
