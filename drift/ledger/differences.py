"""A template's words and a text's come in, what differs goes out: each as news or as a variable, with what tells it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, Protocol, TypeVar

from drift.ledger.alignment import HOLE, Region, count_common, find_regions, join_near, list_lines
from drift.ledger.watching import AT_ONCE, SETTLED
from drift.ledger.words import Words, count_words

FEW = 3
"""Users who saw a longer text stand still, from which on another is news."""
FEW_OF_PLAIN = 6
"""Users who saw a whole text stand still, from which on it is taken for one that nothing is filled into."""
LONG = 6
"""Words beyond which a difference is no single value."""
LIKE = 0.6
"""Share of its fixed words that a text must have to be of a template."""
VERY_LIKE = 0.85
"""The same for one that was hardly seen: documents that are still in its text may come with other instructions, too."""
LIKELY = 0.4
MOST_ALIGNED = 3
NEAR = 8
"""Words from a document within which the fixed text may be part of documents that were alike."""
LONG_HEAD = 8
"""Words at its ends by which a text is of a template that was hardly seen: documents are still in its fixed text."""
ANNOUNCING = frozenset(':=>"“„«[{|：「')
ENDING = frozenset(".!?\n。！？:")
BULLETS = frozenset("-*•–[(")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
SPACES = re.compile(r"\s")
LONGEST_CHUNK = 100
CODED = re.compile(r"\w[/@_\\]\w|\d")
"""Paths, addresses, branches, versions."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a text differs from its template."""

    region: Region
    patience: int
    """How many users must have seen the template stand still here for this to be news."""
    name: str
    """What stands here, as far as it can be told."""
    is_news: bool = False
    is_beside_hole: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """Whom a text was made for."""

    by: Literal["the same", "another", "unknown"] = "unknown"
    """The user of the call before or another one; what is theirs alone changes with them."""
    variables: Sequence[str] = ()
    """What filled the template, as far as it was told."""


class HasWords(Protocol):
    """What is compared with a text."""

    @property
    def keys(self) -> list[str]: ...

    @property
    def evidence(self) -> int: ...


T = TypeVar("T", bound=HasWords)


def find_nearest(templates: Sequence[T], words: Words) -> T | None:
    """The template that a text was likely made from, though it does not fit; None where it is like none."""
    known = set(words.keys)
    rated = [(rate(template, words, known), -at, template) for at, template in enumerate(templates)]
    likely = sorted((each for each in rated if each[0] >= LIKELY), key=lambda each: each[:2], reverse=True)
    kept = [(measure_kept(template.keys, words.keys), order, template)
            for _, order, template in likely[:MOST_ALIGNED]]  # fmt: skip
    best = max(kept, key=lambda each: each[:2], default=None)
    if best is None:
        return None
    like = LIKE if best[2].evidence >= FEW else VERY_LIKE
    return best[2] if best[0] >= like or has_ends(best[2], words) else None


def rate(template: HasWords, words: Words, known: set[str]) -> float:
    """How much of a template's vocabulary a text has; 1 where it has its ends."""
    own = {key for key in template.keys if key[0].isalnum()}
    share = len(own & known) / len(own) if own else 0.0
    return 1.0 if has_ends(template, words) else share


def has_ends(template: HasWords, words: Words) -> bool:
    """Whether a text begins and ends like a template of which hardly anything is known."""
    if template.evidence >= FEW:
        return False
    keys = template.keys
    head = count_words(keys[: count_common(keys, words.keys)])
    tail = count_words(keys[len(keys) - count_common(keys[::-1], words.keys[::-1]) :])
    if head + tail >= LONG_HEAD:
        return True
    return head >= FEW and head + count_shared(keys, words.keys) >= 2 * LONG_HEAD


def count_shared(old: Sequence[str], new: Sequence[str]) -> int:
    """Words of lines that both have."""
    rows = ({tuple(keys[first:last]) for first, last in list_lines(keys, 0, len(keys))} for keys in (old, new))
    return sum(count_words(line) for line in set.intersection(*rows))


def measure_kept(old: Sequence[str], new: Sequence[str]) -> float:
    """Share of a template's fixed words that a text has in the same order."""
    fixed = sum(is_fixed(key) for key in old)
    lost = sum(is_fixed(key) for region in find_regions(old, new) for key in old[region.old_first : region.old_last])
    return 1 - lost / fixed if fixed else 0.0


def is_fixed(key: str) -> bool:
    return key[0].isalnum()


def find_differences(
    old: Sequence[str], words: Words, evidence: int, seen: Seen, longest: Mapping[str, int]
) -> list[Difference]:
    """What differs in the fixed text, in order.

    `evidence` is how many users saw the template stand still, `longest` the most words that each hole has held.
    """
    found = give_back(find_regions(old, words.keys), old, longest)
    regions = [part for region in found for part in cut_off_holes(region, old)]
    documents = frozenset(key for key, most in longest.items() if most > LONG)
    return [judge(each, old, words, evidence, seen, documents) for each in join_near(regions, old)]


def give_back(regions: Sequence[Region], old: Sequence[str], longest: Mapping[str, int]) -> list[Region]:
    """Where a word was lost beside a hole that took more than ever: the word that took its place."""
    given = list(regions)
    for at, (one, other) in enumerate(pairwise(regions)):
        if one.old_last != other.old_first or one.new_last != other.new_first:
            continue
        one, other = given[at], given[at + 1]
        is_first = one.old_last > one.old_first and old[one.old_first][0] == HOLE
        hole, lost = (one, other) if is_first else (other, one)
        count = min(measure_excess(hole, old, longest), lost.old_last - lost.old_first)
        if lost.new_last > lost.new_first or count <= 0:
            continue
        if hole is other:
            given[at : at + 2] = [
                replace(one, new_last=one.new_last + count),
                replace(other, new_first=other.new_first + count),
            ]
        else:
            given[at : at + 2] = [
                replace(one, new_last=one.new_last - count),
                replace(other, new_first=other.new_first - count),
            ]
    return given


def measure_excess(hole: Region, old: Sequence[str], longest: Mapping[str, int]) -> int:
    """By how many words a hole took more than ever; 0 where it is no hole alone."""
    keys = old[hole.old_first : hole.old_last]
    if len(keys) != 1 or keys[0] not in longest:
        return 0
    return max(hole.new_last - hole.new_first - longest[keys[0]], 0)


def cut_off_holes(region: Region, old: Sequence[str]) -> Iterable[Region]:
    """The region without holes at which nothing fixed is lost: those take what stands in them."""
    holes = [at for at in range(region.old_first, region.old_last) if old[at][0] == HOLE]
    if not holes:
        return [region]
    before, after = holes[0] - region.old_first, region.old_last - holes[-1] - 1
    if not before and not after and len(holes) == 1:
        return []
    if len(holes) > 1 and holes[-1] - holes[0] >= len(holes):
        return [region]
    if region.new_last - region.new_first < before + after:
        return [region]
    left = Region(region.old_first, holes[0], region.new_first, region.new_first + before)
    right = Region(holes[-1] + 1, region.old_last, region.new_last - after, region.new_last)
    return [part for part in (left, right) if part.old_last > part.old_first]


def judge(
    region: Region, old: Sequence[str], words: Words, evidence: int, seen: Seen, documents: frozenset[str]
) -> Difference:
    around = [*old[max(region.old_first - 1, 0) : region.old_first], *old[region.old_last : region.old_last + 1]]
    inside = old[region.old_first : region.old_last]
    new = words.cut(region.new_first, region.new_last)
    patience, name = find_patience(region, inside, old, words)
    is_beside_hole = any(key[0] == HOLE for key in [*around, *inside])
    is_in_document = not documents.isdisjoint(old[max(region.old_first - NEAR, 0) : region.old_last + NEAR])
    is_edge = is_beside_hole and not (count_words(inside) and new)
    needed = SETTLED if is_in_document or is_edge else find_needed(patience, name, seen)
    if all(key[0] not in (HOLE, "«") for key in old):
        needed = min(needed, FEW_OF_PLAIN)
    is_filled = bool(new) and any(new in value for value in seen.variables)
    is_news = evidence >= needed and not is_filled
    return Difference(region, patience, "text" if is_in_document else name, is_news, is_beside_hole)


def find_needed(patience: int, name: str, seen: Seen) -> int:
    """The patience: more where another user may have other words, none where the same user has another name."""
    if name in ("words", "text") and seen.by == "another":
        return max(patience, FEW)
    return AT_ONCE if name == "name" and seen.by == "the same" else patience


def find_patience(region: Region, inside: Sequence[str], old: Sequence[str], words: Words) -> tuple[int, str]:
    """How many users must have seen the old words, and what such a place is called."""
    new = words.keys[region.new_first : region.new_last]
    spoken = [key for key in (*inside, *new) if key[0] != HOLE and (key[0].isalnum() or key == "\n")]
    is_long = "\n" in spoken or max(count_words(inside), count_words(new)) > LONG
    if label := find_label(old, region.old_first):
        return SETTLED, "text" if is_long else label
    if is_long:
        return FEW, "text"
    if spoken and all(key.isdigit() for key in spoken):
        return SETTLED, "number"
    if CODED.search(find_chunk(words, region)):
        return SETTLED, "value"
    return find_patience_of_words(region, inside, new, old)


def find_chunk(words: Words, region: Region) -> str:
    """A new value with all that is written onto it."""
    if region.new_last <= region.new_first:
        return ""
    start, end = words.starts[region.new_first], words.ends[region.new_last - 1]
    before, after = words.text[max(start - LONGEST_CHUNK, 0) : start], words.text[end : end + LONGEST_CHUNK]
    return f"{SPACES.split(before)[-1]}{words.text[start:end]}{SPACES.split(after)[0]}"


def find_patience_of_words(
    region: Region, inside: Sequence[str], new: Sequence[str], old: Sequence[str]
) -> tuple[int, str]:
    inner = [[key for key in keys if key[0].isalnum()] for keys in (inside, new)]
    if any(_UNSPACED.search("".join(keys)) for keys in inner):
        return FEW, "words"
    if all(inner) and all(key[0].isupper() or key.isdigit() for keys in inner for key in keys):
        starts = region.old_first == 0 or old[region.old_first - 1] in ENDING
        return (FEW if starts else SETTLED), "name"
    return AT_ONCE, "words"


def find_label(old: Sequence[str], at: int) -> str:
    """What announces a place: `Plan` in `Plan: …`, `doc` in `<doc>…`; empty where nothing does."""
    end = find_list_start(old, at)
    if not end or old[end - 1] not in ANNOUNCING:
        return ""
    before = [key for key in old[max(end - 4, 0) : end - 1] if key[0].isalnum()]
    return before[-1].casefold() if before else "value"


def find_list_start(old: Sequence[str], at: int) -> int:
    """The end of the line that stands before the list that a place is in; the place itself where it is in none."""
    start = find_line_start(old, at)
    while start > 0 and start < len(old) and (old[start] in BULLETS or old[start].isdigit()):
        at = start
        start = find_line_start(old, start - 1)
    return at - 1 if at and old[at - 1] == "\n" else at


def find_line_start(old: Sequence[str], at: int) -> int:
    return next((place + 1 for place in range(at - 1, -1, -1) if old[place] == "\n"), 0)
