"""Turns come in, for each the slices that it is in go out: what a failure mode may be over-represented in.

Of a slice with several values at once (tags, tools) each value is one of its own, `yes` or `no`, so that a turn has one
value of each. Of what the app told in metadata those keys are taken that have few values.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from feedback.failure_modes.slices import Slices
from feedback.languages import identify_language, name_language
from feedback.satisfaction_records import IDS_AT_ONCE
from tracing.store import Store

RELEASE = "service.version"
"""Key of the metadata that tells the app's release."""
PLAIN = ("model", "service", "environment", "prompt")
"""Slices that are columns."""
MOST_VALUES = 10
"""That a key of metadata may have: more tell single users apart, not segments."""
MOST_NAMES = 20
"""Tags, tools and keys of metadata, each the most common."""
LONGEST = 80
SURE = 0.8
"""Of a language."""

Place = tuple[str, int]
"""A conversation's id and the index of a turn in it."""


def load_slices(store: Store, project_id: int, places: Sequence[Place]) -> dict[str, Slices]:
    """By conversation, the slices of the one turn given of each; what is not known of a turn is left out."""
    rows: list[Mapping[str, Any]] = []
    for first in range(0, len(places), IDS_AT_ONCE):
        part = sorted(places[first : first + IDS_AT_ONCE])
        bound = {"conversation_ids": [each for each, _ in part], "turn_indexes": [index for _, index in part]}
        rows += store.query("feedback/sql/slices_of_turns.sql", project_id=project_id, **bound)
    tools = choose_common(each for row in rows for each in row["tools"])
    tags = choose_common(each for row in rows for each in row["tags"])
    keys = choose_keys([row["metadata"] for row in rows])
    return {row["conversation_id"]: dict(slice_turn(row, tools, tags, keys)) for row in rows}


def slice_turn(
    row: Mapping[str, Any], tools: Iterable[str], tags: Iterable[str], keys: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Names and values."""
    metadata = dict(row["metadata"])
    language = identify_language(row["request"])
    plain = {name: row[name] for name in PLAIN} | {
        "release": metadata.get(RELEASE, ""),
        "language": name_language(language.code) if language.confidence >= SURE else "",
        "retrieval": tell_retrieval(row),
        "user": ("returning" if row["is_returning"] else "new") if row["user_id"] else "",
    }
    yield from ((name, value[:LONGEST]) for name, value in plain.items() if value)
    yield from ((f"tool: {each}", "yes" if each in row["tools"] else "no") for each in tools)
    yield from ((f"tag: {each}", "yes" if each in row["tags"] else "no") for each in tags)
    yield from ((f"metadata: {each}", metadata[each]) for each in keys if each in metadata)


def tell_retrieval(row: Mapping[str, Any]) -> str:
    if row["lookups"]:
        return "found something" if row["found"] else "found nothing"
    return "text given" if row["came_with_text"] else "none"


def choose_common(names: Iterable[str]) -> list[str]:
    """The most common, short ones."""
    counted = Counter(name for name in names if len(name) <= LONGEST)
    return [name for name, _ in sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:MOST_NAMES]]


def choose_keys(told: Sequence[Sequence[tuple[str, str]]]) -> list[str]:
    """Keys of metadata that have a few short values."""
    values: dict[str, set[str]] = {}
    for key, value in (pair for pairs in told for pair in pairs):
        values.setdefault(key, set()).add(value)
    few = {key for key, own in values.items() if key != RELEASE and is_segment(own)}
    return choose_common(key for pairs in told for key, _ in pairs if key in few)


def is_segment(values: set[str]) -> bool:
    return 2 <= len(values) <= MOST_VALUES and max(map(len, values)) <= LONGEST
