"""Spans that looked texts up come in, how many each found and how well the best fits go out.

What conventions tell differs: OpenInference has an attribute for each document, OpenLLMetry an event for each result,
others only what was given back. A span that does not tell counts for nothing; one inside another is the same.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from drift.detectors import Retrieval

LONGEST = 500_000
"""Characters of what was given back that are read."""
LISTS = ("documents", "results", "matches", "nodes", "hits")
"""Under which objects hold what was found."""
LIKENESSES = ("score", "relevance_score", "similarity", "similarity_score")
"""More is better, of a distance less."""
DISTANCE = "distance"


def read_retrievals(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Retrieval]]:
    """By trace."""
    known = {(row["trace_id"], row["span_id"]): found for row in rows if (found := read_retrieval(row))}
    retrievals: dict[str, list[Retrieval]] = {}
    for row in rows:
        own = known.get((row["trace_id"], row["span_id"]))
        if own and (row["trace_id"], row["parent_span_id"]) not in known:
            retrievals.setdefault(row["trace_id"], []).append(own)
    return retrievals


def read_retrieval(row: Mapping[str, Any]) -> Retrieval | None:
    """None where a span does not tell what it found."""
    if row["names"]:
        documents = {name.split(".")[2] for name in row["names"]}
        return Retrieval(len(documents), find_best([{"score": score} for score in row["scores"]]))
    if row["results"]:
        return Retrieval(len(row["results"]), find_best([*map(shorten_names, row["results"])]))
    return read_output(row["output"])


def shorten_names(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name.rpartition(".")[2]: value for name, value in attributes.items()}


def read_output(text: str) -> Retrieval | None:
    try:
        found = json.loads(text) if text and len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict):
        found = next((found[name] for name in LISTS if isinstance(found.get(name), list)), None)
    return Retrieval(len(found), find_best(list(list_objects(found)))) if isinstance(found, list) else None


def list_objects(found: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    """Documents that may tell a score, by themselves or in their metadata."""
    for each in found:
        if isinstance(each, dict):
            metadata = each.get("metadata")
            yield {**metadata, **each} if isinstance(metadata, dict) else each


def find_best(documents: Sequence[Mapping[str, Any]]) -> float | None:
    """The highest likeness, else the shortest distance; None where there is neither."""
    for name in LIKENESSES:
        if scores := [score for each in documents if (score := read_number(each.get(name))) is not None]:
            return max(scores)
    distances = [distance for each in documents if (distance := read_number(each.get(DISTANCE))) is not None]
    return min(distances) if distances else None


def read_number(value: Any) -> float | None:
    try:
        number = float(value) if isinstance(value, (int, float, str)) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
