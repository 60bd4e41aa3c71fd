"""What a careful engineer asks about a dataset before training on it: everything that was counted on the way comes in,
the content of `manifest.json` goes out. No clock is in it: the same inputs give the same manifest."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from hashlib import file_digest, sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from feedback.datasets.building.funnel import Step, write_step
from feedback.datasets.building.source import Source
from feedback.datasets.cleaning import describe_recognisers
from feedback.datasets.definition import Definition, write_definition
from feedback.datasets.format import About, Format, Part
from feedback.datasets.labels import precisions, propensities
from feedback.datasets.record import Record
from feedback.datasets.steps import Context
from feedback.datasets.weighing import contamination, near_duplicates, split, sureness
from feedback.datasets.weighing.balance import describe_balance
from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.settling import Placed, Settled, SettledPart

MANIFEST: Final = "manifest.json"
PROVENANCE: Final = "provenance.jsonl"

ENOUGH_ROWS: Final = 50
"""From 50 to 100 rows on, finetuning usually shows a gain."""

NO_LICENCE: Final = (
    "The rows are what the app's users and models wrote; no licence is granted with them. Whoever trains on "
    "them answers for the users' consent and for the terms of the models' providers, some of which forbid "
    "training competing models."
)
HELD_OUT: Final = (
    "Of a stable share of users, chosen by a digest of the project's secret and their id (where there is none: the "
    "conversation's), nothing is exported, so that what is learnt can be compared among people who took no part in it."
)


@dataclass(frozen=True, slots=True)
class Account:
    """What is known before a row is written."""

    format: Format
    context: Context
    source: Source
    gate: Step
    steps: Mapping[str, tuple[Step, ...]]
    """By part."""
    settled: Settled

    @property
    def definition(self) -> Definition:
        return self.context.definition

    def list_rows(self, part: str) -> list[Placed]:
        own = self.settled.parts[part]
        return [*own.train, *own.validation]

    def list_outlines(self) -> list[Outline]:
        return [each.outline for part in self.format.parts for each in self.list_rows(part.name)]


@dataclass(slots=True)
class Seen:
    """What only the rows themselves tell, gathered while they pass."""

    detectors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    replaced: Counter[str] = field(default_factory=Counter)
    pair_rules: Counter[str] = field(default_factory=Counter)
    longest_row_characters: int = 0

    def take(self, record: Record) -> None:
        source = record.provenance
        if source.detector:
            self.detectors[source.detector].add(source.version)
        if source.pair_rule:
            self.pair_rules[source.pair_rule] += 1
        self.replaced.update(record.replaced)
        characters = sum(len(message.content) for message in (*record.messages, *record.rejected))
        self.longest_row_characters = max(self.longest_row_characters, characters)


def summarise(account: Account) -> About:
    """What a card says of the dataset."""
    source = account.source
    languages = Counter(each.language for each in account.list_outlines() if each.language)
    return About(
        name=source.name or f"{source.project}, {account.format.name}",
        licence=account.definition.licence,
        languages=tuple(sorted(languages, key=lambda language: (-languages[language], language))),
        biases=tuple(_list_biases(account.format)),
        steps=tuple((step.name, step.rows_in, step.rows_out) for step in _sum_steps(account)),
        reviewed=tuple(precisions.describe_precisions(account.context.precisions)),
    )


def describe_dataset(account: Account, seen: Mapping[str, Seen], files: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest of the files. `seen` is by part."""
    source, outlines = account.source, account.list_outlines()
    asked = {
        "format": account.format.name,
        "project": source.project,
        "dataset": {"number": source.dataset, "name": source.name} if source.dataset else None,
        "version": source.version,
        "parent": source.parent or None,
        "definition": write_definition(account.definition),
        "until": source.until or None,
    }
    parts = [_describe_part(account, part, seen[part.name]) for part in account.format.parts]
    return {
        "id": _identify(asked, files),
        **asked,
        "commit": source.commit or None,
        "tacit_version": version("tacit-server"),
        "rows": len(outlines),
        "time_range": _tell_time_range(outlines),
        "needs": _list_needs(account, parts, files),
        "counts": _count_rows(account, outlines),
        "funnel": _describe_funnel(account),
        "parts": parts,
        "methods": {
            "near_duplicates": near_duplicates.METHOD,
            "caps": sureness.METHOD,
            "caps_and_balance": sureness.METHOD,
            "confidence": precisions.METHOD,
            "propensities": propensities.METHOD,
            "contamination": contamination.METHOD,
        },
        "split": _describe_split(account),
        "files": files,
        "detectors": _list_detectors(seen.values()),
        "reviewed_detectors": precisions.write_precisions(account.context.precisions),
        "personal_data": _describe_personal_data(account, seen.values()),
        "consent": account.definition.consent,
        "erasure": {"forgotten": source.forgotten, "last": source.last_forgotten or None},
        "licence": _tell_licence(account.definition.licence),
        "known_biases": _list_biases(account.format),
        "trainer_advice": _advise(parts),
    }


def describe_files(files: Mapping[str, Path], rows: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    """Digest, size and, of files that hold them, rows; `rows` are by split and part."""
    return {name: _describe_file(name, path, rows) for name, path in files.items()}


def _describe_file(name: str, path: Path, rows: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    with path.open("rb") as file:
        described = {"sha256": file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}
    *folders, file_name = name.split("/")
    key = (file_name.partition(".")[0].partition("-")[0], folders[-1] if folders else "")
    held = sum(rows.values()) if name == PROVENANCE else rows.get(key)
    return described if held is None else described | {"rows": held}


def _identify(asked: Mapping[str, Any], files: Mapping[str, Any]) -> str:
    """The same question with the same answer is the same dataset, whenever it was built."""
    return sha256(json.dumps([asked, files], sort_keys=True).encode()).hexdigest()[:16]


def _describe_part(account: Account, part: Part, seen: Seen) -> dict[str, Any]:
    own, rows = account.settled.parts[part.name], account.list_rows(part.name)
    return {
        "part": part.name,
        "kind": part.selection.kind,
        "candidates": part.selection.candidates,
        "rows": {"train": len(own.train), "validation": len(own.validation)},
        "groups": {"train": own.train_groups, "validation": own.validation_groups},
        "steps": [write_step(step) for step in account.steps[part.name]],
        "labels": _count_labels(part, [each.outline for each in rows]),
        "pair_rules": dict(sorted(seen.pair_rules.items())),
        "balance": describe_balance([each.outline for each in rows]),
        "lengths": _measure_lengths(rows, seen),
        "propensities": _describe_propensities(rows),
        "known_biases": list(part.selection.biases),
        "trainer_advice": dict(part.advise([each.outline for each in own.train])),
        "needs": _list_part_needs(part, rows),
    }


def _list_part_needs(part: Part, rows: Sequence[Placed]) -> list[str]:
    needs = part.selection.list_needs([each.outline for each in rows])
    if 0 < len(rows) < ENOUGH_ROWS:
        needs.append(f"Rows so far: {len(rows)}. A gain usually shows from {ENOUGH_ROWS} to 100 on.")
    return needs


def _list_needs(account: Account, parts: Sequence[Mapping[str, Any]], files: Mapping[str, Any]) -> list[str]:
    train = sum(part["rows"]["train"] for part in parts)
    largest = max((file["bytes"] for file in files.values()), default=0)
    warnings = [words for limit in account.format.limits if (words := limit.warn(train, largest))]
    return list(dict.fromkeys([*(need for part in parts for need in part["needs"]), *warnings]))


def _measure_lengths(rows: Sequence[Placed], seen: Seen) -> dict[str, Any]:
    """In characters."""
    pairs = [each.outline for each in rows if each.outline.rejected_characters]
    measured = {
        "longest_row": seen.longest_row_characters,
        "mean_answer": _mean([each.outline.chosen_characters for each in rows]),
    }
    return measured | ({"mean_rejected": _mean([pair.rejected_characters for pair in pairs])} if pairs else {})


def _describe_propensities(rows: Sequence[Placed]) -> dict[str, Any]:
    chances, weights = [each.propensity for each in rows], [each.weight for each in rows]
    least_whole = max(chances, default=0.0) / propensities.LARGEST_RATIO
    clipped = sum(chance < least_whole for chance in chances)
    return {
        "least": min(chances, default=None),
        "largest_weight": max(weights, default=None),
        "clip": propensities.LARGEST_RATIO,
        "share_clipped": round(clipped / len(rows), 4) if rows else 0.0,
        "effective_rows": round(sum(weights) ** 2 / sum(weight**2 for weight in weights), 1) if weights else 0,
    }


def _mean(numbers: Sequence[int]) -> float:
    return round(sum(numbers) / len(numbers), 1) if numbers else 0.0


def _tell_time_range(outlines: Iterable[Outline]) -> dict[str, str | None]:
    times = [outline.time_ns for outline in outlines]
    if not times:
        return {"first": None, "last": None}
    return {"first": _format_ns(min(times)), "last": _format_ns(max(times))}


def _format_ns(time_ns: int) -> str:
    seconds, rest_ns = divmod(time_ns, 10**9)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest_ns // 1000)
    return moment.isoformat().replace("+00:00", "Z")


def _count_rows(account: Account, outlines: Sequence[Outline]) -> dict[str, Any]:
    labels: Counter[str] = Counter()
    for part in account.format.parts:
        labels.update(_count_labels(part, [each.outline for each in account.list_rows(part.name)]))
    return {
        "labels": dict(sorted(labels.items())),
        "label_sources": _count(outline.label_source for outline in outlines),
        "tiers": _count(outline.tier for outline in outlines),
        "languages": _count(outline.language for outline in outlines),
        "models": _count(outline.model for outline in outlines),
        "failure_modes": _count(str(outline.failure_mode) for outline in outlines if outline.failure_mode),
    }


def _count(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _count_labels(part: Part, outlines: Iterable[Outline]) -> dict[str, int]:
    names = {True: "desirable", False: "undesirable", None: part.selection.kind}
    return _count(names[outline.label] for outline in outlines)


def _describe_funnel(account: Account) -> dict[str, Any]:
    source, steps = account.source, _sum_steps(account)
    reasons = {reason for step in (account.gate, *steps) for reason, count in step.dropped.items() if count}
    return {
        "machines_left_out": source.machines_left_out,
        "holdout": {"share": source.holdout.share, "left_out": source.holdout.conversations}
        | ({"why": HELD_OUT} if source.holdout.share else {}),
        "conversations": account.gate.rows_in,
        "gate": write_step(account.gate),
        "steps": [write_step(step) for step in steps],
        "reasons": {reason.code: reason.meaning for reason in sorted(reasons, key=lambda each: each.code)},
    }


def _sum_steps(account: Account) -> list[Step]:
    """Of all parts together."""
    return [reduce(Step.__add__, alike) for alike in zip(*account.steps.values(), strict=True)]


def _describe_split(account: Account) -> dict[str, Any]:
    parts: Sequence[SettledPart] = list(account.settled.parts.values())
    train, validation = sum(len(part.train) for part in parts), sum(len(part.validation) for part in parts)
    described = {"method": split.METHOD, "train": {"rows": train}, "validation": {"rows": validation}}
    if train and not validation:
        groups = max(part.train_groups for part in parts)
        described["note"] = (
            f"No row validates: there are {groups} groups of users and conversations; "
            f"from {split.MIN_GROUPS} on some are held out."
        )
    return described


def _describe_personal_data(account: Account, seen: Iterable[Seen]) -> dict[str, Any]:
    replaced: Counter[str] = sum((each.replaced for each in seen), start=Counter())
    return {
        "policy": account.definition.personal_data,
        "recognisers": describe_recognisers(account.context),
        "replaced": dict(sorted(replaced.items())),
    }


def _list_detectors(seen: Iterable[Seen]) -> dict[str, list[str]]:
    versions: dict[str, set[str]] = defaultdict(set)
    for each in seen:
        for detector, own in each.detectors.items():
            versions[detector] |= own
    return {detector: sorted(versions[detector]) for detector in sorted(versions)}


def _tell_licence(licence: str) -> str:
    return f"{licence}. The models' providers may restrict what is trained on their answers." if licence else NO_LICENCE


def _list_biases(chosen: Format) -> list[str]:
    return list(dict.fromkeys(bias for part in chosen.parts for bias in part.selection.biases))


def _advise(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    advice = {part["part"]: part["trainer_advice"] for part in parts}
    return dict(advice[""]) if list(advice) == [""] else advice
