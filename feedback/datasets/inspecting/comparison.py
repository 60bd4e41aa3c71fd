"""What changed from one version of a dataset to another: the manifest of each and the lines of its `provenance.jsonl`
come in, what differs goes out as JSON. Texts are not read: rows are held against each other by their digests."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from sys import intern
from typing import Any, Final

MOST_EXAMPLES: Final = 20
"""Of each sort of change."""
MOST_VALUES: Final = 20
SHARES: Final = {
    "labels": "label",
    "label_sources": "label_source",
    "tiers": "tier",
    "languages": "language",
    "models": "model",
}
"""Counts of the manifest that are laid side by side."""

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """A version that was built."""

    manifest: Mapping[str, Any]
    provenance: Iterable[Line] | None
    """Each line of the file, read; None where the files are gone."""


@dataclass(frozen=True, slots=True)
class _Row:
    part: str
    split: str
    conversation_id: str
    turn_index: int
    label_source: str
    label: bool | None
    digest: str

    def tell(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in ("part", "split", "conversation_id", "turn_index")}
        return told | {"label_source": self.label_source, "label": self.label}


def compare(older: VersionFacts, newer: VersionFacts) -> dict[str, Any]:
    """Definitions, rows, stages and shares of both. A row is in both where it is of the same answer, or of the same
    pair of answers; its text, label or split may have changed all the same. `rows` is None where files are gone."""
    return {
        "definition": _compare_definitions(older.manifest["definition"], newer.manifest["definition"]),
        **_compare_rows(older.provenance, newer.provenance),
        "steps": list(_compare_steps(_index_steps(older.manifest), _index_steps(newer.manifest))),
        "shares": [
            {"by": by, "items": _compare_shares(*(each.manifest["counts"].get(name, {}) for each in (older, newer)))}
            for name, by in SHARES.items()
        ],
    }


def _compare_definitions(older: Line, newer: Line) -> list[dict[str, Any]]:
    return [
        {"name": name, "older": older.get(name), "newer": newer.get(name)}
        for name in {**older, **newer}
        if older.get(name) != newer.get(name)
    ]


def _compare_rows(older: Iterable[Line] | None, newer: Iterable[Line] | None) -> dict[str, Any]:
    if older is None or newer is None:
        return {"rows": None, "parts": [], "examples": {}}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    examples: dict[str, list[dict[str, Any]]] = {"only_older": [], "only_newer": [], "changed": []}
    for before, after in _match_rows(older, newer):
        row = after or before
        assert row  # one of them is there  # noqa: S101
        changes = _name_changes(before, after)
        counts[row.part].update(changes)
        for kind in {"changed" if name.startswith("changed") else name for name in changes} & examples.keys():
            if len(examples[kind]) < MOST_EXAMPLES:
                examples[kind].append(row.tell())
    total = sum(counts.values(), Counter[str]())
    parts = [{"part": part, "rows": _tell_counts(counts[part])} for part in sorted(counts)]
    return {"rows": _tell_counts(total), "parts": parts, "examples": examples}


def _match_rows(older: Iterable[Line], newer: Iterable[Line]) -> Iterator[tuple[_Row | None, _Row | None]]:
    """Each row of the newer version with what it was, then those that are gone, each in their order."""
    known = {_identify(line): _keep(line) for line in older}
    for line in newer:
        yield known.pop(_identify(line), None), _keep(line)
    for row in known.values():
        yield row, None


def _identify(line: Line) -> tuple[str, ...]:
    return tuple(
        line.get(name, "") for name in ("part", "trace_id", "span_id", "rejected_trace_id", "rejected_span_id")
    )


def _keep(line: Line) -> _Row:
    return _Row(
        part=intern(line.get("part", "")),
        split=intern(line["split"]),
        conversation_id=line["conversation_id"],
        turn_index=line["turn_index"],
        label_source=intern(line["label_source"]),
        label=line.get("label"),
        digest=line["sha256"],
    )


def _name_changes(before: _Row | None, after: _Row | None) -> list[str]:
    if not before:
        return ["newer", "only_newer"]
    if not after:
        return ["older", "only_older"]
    changed = {
        "changed_label": before.label != after.label,
        "changed_text": before.label == after.label and before.digest != after.digest,
        "changed_split": before.split != after.split,
    }
    return ["older", "newer", "both", *(name for name, is_so in changed.items() if is_so)]


def _tell_counts(counts: Counter[str]) -> dict[str, int]:
    names = ("older", "newer", "both", "only_older", "only_newer", "changed_text", "changed_label", "changed_split")
    return {name: counts[name] for name in names}


def _index_steps(manifest: Mapping[str, Any]) -> dict[tuple[str, str], Line]:
    gate = manifest["funnel"]["gate"]
    steps = {(part["part"], step["name"]): step for part in manifest["parts"] for step in part["steps"]}
    return {("", gate["name"]): gate, **steps}


def _compare_steps(older: Mapping[tuple[str, str], Line], newer: Mapping[tuple[str, str], Line]) -> Iterator[Any]:
    for part, name in {**newer, **older}:
        yield {"part": part, "name": name, "older": older.get((part, name)), "newer": newer.get((part, name))}


def _compare_shares(older: Mapping[str, int], newer: Mapping[str, int]) -> list[dict[str, Any]]:
    """Each value's share of the rows, the largest first."""
    counts, more = (sum(each.values()) or 1 for each in (older, newer))
    shares = [(older.get(value, 0) / counts, newer.get(value, 0) / more, value) for value in {**newer, **older}]
    shares.sort(key=lambda each: (-max(each[:2]), each[2]))
    return [
        {"value": value, "older": round(before, 4), "newer": round(after, 4)}
        for before, after, value in shares[:MOST_VALUES]
    ]
