"""What a careful engineer asks about a dataset before training on it: everything that was counted on the way
comes in, the content of `manifest.json` goes out."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

from feedback.datasets import old_split as split
from feedback.datasets.format import Format
from feedback.datasets.funnel import Step, write_step
from feedback.datasets.old_split import Split
from feedback.datasets.record import Record
from feedback.datasets.source import HeldOut

ENOUGH_ROWS = 50
"""From 50 to 100 rows on, finetuning usually shows a gain."""

LICENCE = (
    "The rows are what the app's users and models wrote; no licence is granted with them. Whoever trains on "
    "them answers for the users' consent and for the terms of the models' providers, some of which forbid "
    "training competing models."
)


HELD_OUT = (
    "Of a stable share of users, chosen by a digest of the project's secret and their id (where there is none: the "
    "conversation's), nothing is exported, so that what is learnt can be compared among people who took no part in it."
)


@dataclass(frozen=True, slots=True)
class Definition:
    """What was asked for."""

    format: Format
    project: str
    filters: Mapping[str, str]
    created_at: datetime | None
    machines_left_out: int = 0
    holdout: HeldOut = field(default_factory=HeldOut)


@dataclass(frozen=True, slots=True)
class Funnel:
    """The way from conversations to rows."""

    conversations: int
    steps: tuple[Step, ...]


def describe_dataset(
    definition: Definition, funnel: Funnel, parts: Split, files: Mapping[str, bytes]
) -> dict[str, Any]:
    """Return the manifest of the files. Two builds from the same input differ in `created_at` at most."""
    records = [*parts.train, *parts.validation]
    selection = definition.format.parts[0].selection
    described = _describe_files(files)
    asked = {
        "format": definition.format.name,
        "kind": selection.kind,
        "project": definition.project,
        "filters": dict(sorted(definition.filters.items())),
    }
    return {
        "id": _identify(asked, described),
        **asked,
        "created_at": _format_time(definition.created_at),
        "tacit_version": version("tacit-server"),
        "rows": len(records),
        "needs": _list_needs(definition.format, records),
        "time_range": _tell_time_range(records),
        "counts": _count_records(definition.format, records),
        "funnel": _describe_funnel(selection.candidates, funnel, definition),
        "split": _describe_split(parts),
        "files": described,
        "detectors": _list_detectors(records),
        "known_biases": list(selection.biases),
        "trainer_advice": dict(definition.format.parts[0].advise([_outline(record) for record in parts.train])),
        "licence": LICENCE,
    }


def _identify(asked: Mapping[str, Any], files: Mapping[str, Any]) -> str:
    """The same question with the same answer is the same dataset, whenever it was built."""
    return hashlib.sha256(json.dumps([asked, files], sort_keys=True).encode()).hexdigest()[:16]


def _list_needs(chosen: Format, records: Sequence[Record]) -> list[str]:
    needs = chosen.parts[0].selection.list_needs(records)
    if 0 < len(records) < ENOUGH_ROWS:
        needs.append(f"Rows so far: {len(records)}. A gain usually shows from {ENOUGH_ROWS} to 100 on.")
    return needs


def _tell_time_range(records: Iterable[Record]) -> dict[str, str | None]:
    times = [record.time_ns for record in records]
    if not times:
        return {"first": None, "last": None}
    return {"first": _format_ns(min(times)), "last": _format_ns(max(times))}


def _format_ns(time_ns: int) -> str:
    seconds, rest_ns = divmod(time_ns, 10**9)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest_ns // 1000)
    return moment.isoformat().replace("+00:00", "Z")


def _format_time(time: datetime | None) -> str | None:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z") if time else None


def _count_records(chosen: Format, records: Sequence[Record]) -> dict[str, Any]:
    names = {True: "desirable", False: "undesirable", None: chosen.parts[0].selection.kind}
    labels = Counter(names[record.label] for record in records)
    sources = Counter(record.provenance.label_source for record in records)
    return {"labels": dict(sorted(labels.items())), "label_sources": dict(sorted(sources.items()))}


def _describe_funnel(candidates: str, funnel: Funnel, definition: Definition) -> dict[str, Any]:
    holdout = definition.holdout
    reasons = {reason for step in funnel.steps for reason, count in step.dropped.items() if count}
    return {
        "machines_left_out": definition.machines_left_out,
        "holdout": {"share": holdout.share, "left_out": holdout.conversations}
        | ({"why": HELD_OUT} if holdout.share else {}),
        "conversations": funnel.conversations,
        "candidates": candidates,
        "steps": [write_step(step) for step in funnel.steps],
        "reasons": {reason.code: reason.meaning for reason in sorted(reasons, key=lambda each: each.code)},
    }


def _describe_split(parts: Split) -> dict[str, Any]:
    description = {
        "method": split.METHOD,
        "train": {"rows": len(parts.train), "groups": parts.train_groups},
        "validation": {"rows": len(parts.validation), "groups": parts.validation_groups},
    }
    if parts.train and not parts.validation:
        description["note"] = (
            f"validation.jsonl is empty: there are {parts.train_groups} groups of users and conversations; "
            f"from {split.MIN_GROUPS} on about one in ten is held out."
        )
    return description


def _describe_files(files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        name: {
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "rows": content.count(b"\n"),
        }
        for name, content in files.items()
    }


def _outline(record: Record) -> Any:
    """What advice is made of; the outlines of a settled build take its place."""
    lengths = {
        "chosen_characters": sum(len(message.content) for message in record.completion),
        "rejected_characters": sum(len(message.content) for message in record.rejected),
    }
    return SimpleNamespace(label=record.label, **lengths)


def _list_detectors(records: Iterable[Record]) -> dict[str, list[str]]:
    versions: dict[str, set[str]] = defaultdict(set)
    for record in records:
        if record.provenance.detector:
            versions[record.provenance.detector].add(record.provenance.version)
    return {detector: sorted(versions[detector]) for detector in sorted(versions)}
