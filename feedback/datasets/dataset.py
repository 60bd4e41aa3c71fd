"""From labelled conversations to the files that a trainer reads: the same input gives the same bytes, nothing
is dropped without a count and a reason, and no row is written that does not read back right."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from feedback.datasets.format import Format
from feedback.datasets.formats import find_format
from feedback.datasets.funnel import Step
from feedback.datasets.messages import Row, hold_only_text
from feedback.datasets.old_deduplication import drop_contradictions, drop_duplicates
from feedback.datasets.old_manifest import Definition, Funnel, HeldOut, describe_dataset
from feedback.datasets.old_split import Split, split_records
from feedback.datasets.record import Drop, LabelledConversation, Provenance, Reason, Record
from feedback.datasets.selection import Selection
from feedback.datasets.validation import encode_line

NOBODY = HeldOut()


@dataclass(frozen=True, slots=True)
class Dataset:
    """The files of a dataset, by name, and the manifest among them as an object."""

    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]

    def count_rows(self) -> int:
        """Rows to train on and to validate."""
        return sum(self.files[name].count(b"\n") for name in ("train.jsonl", "validation.jsonl"))


def build_dataset(
    format_name: str,
    conversations: Iterable[LabelledConversation],
    *,
    project: str,
    filters: Mapping[str, str],
    created_at: datetime | None,
    machines_left_out: int = 0,
    holdout: HeldOut = NOBODY,
) -> Dataset:
    """Choose, check, deduplicate, split and write. Raises UnknownFormat.

    `filters`, `project` and how many conversations were left out, as machines led them or as their users are held out,
    are told in the manifest; the conversations are those already chosen by them.
    """
    chosen = find_format(format_name)
    records, funnel = _collect_records(chosen, conversations)
    parts = split_records(records)
    files = _write_files(chosen, parts)
    definition = Definition(chosen, project, filters, created_at, machines_left_out, holdout)
    manifest = describe_dataset(definition, funnel, parts, files)
    written = json.dumps(manifest, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"
    return Dataset({**files, "manifest.json": written}, manifest)


def _collect_records(chosen: Format, conversations: Iterable[LabelledConversation]) -> tuple[list[Record], Funnel]:
    selected, count, selection = _select(chosen.parts[0].selection, conversations)
    sound, faults = _drop_faulty(chosen, selected)
    agreed, contradictions = drop_contradictions(sound)
    unique, duplicates = drop_duplicates(agreed)
    steps = (
        selection,
        Step("validation", len(selected), len(sound), faults),
        Step("contradictions", len(sound), len(agreed), contradictions),
        Step("duplicates", len(agreed), len(unique), duplicates),
    )
    return unique, Funnel(count, steps)


def _select(selection: Selection, conversations: Iterable[LabelledConversation]) -> tuple[list[Record], int, Step]:
    records: list[Record] = []
    dropped: Counter[Reason] = Counter()
    count = 0
    for labelled in conversations:
        count += 1
        for candidate in selection.select(labelled):
            if isinstance(candidate, Drop):
                dropped[candidate.reason] += 1
            else:
                records.append(candidate)
    records.sort(key=_order)
    return records, count, Step("selection", len(records) + dropped.total(), len(records), dropped)


def _order(record: Record) -> tuple[int, str, int, str, str]:
    source = record.provenance
    return record.time_ns, source.conversation_id, source.turn_index, source.trace_id, source.span_id


def _drop_faulty(chosen: Format, records: Sequence[Record]) -> tuple[list[Record], Counter[Reason]]:
    faults = [_find_fault(chosen, record) for record in records]
    sound = [record for record, fault in zip(records, faults, strict=True) if not fault]
    return sound, Counter(fault for fault in faults if fault)


def _find_fault(chosen: Format, record: Record) -> Reason | None:
    """Judge the row as a trainer will read it."""
    if not hold_only_text((*record.messages, *record.rejected)):
        return Reason.NOT_TEXT
    line = encode_line(_write_row(chosen, record, with_tools=True))
    return chosen.parts[0].check_row(json.loads(line)) if line else Reason.NOT_JSON


def _write_row(chosen: Format, record: Record, *, with_tools: bool) -> Row:
    return chosen.parts[0].write_row(record, with_tools)


def _write_files(chosen: Format, parts: Split) -> dict[str, bytes]:
    with_tools = any(record.tools for record in (*parts.train, *parts.validation))
    splits = {"train": parts.train, "validation": parts.validation}
    files = {
        f"{name}.jsonl": _write_lines(_write_row(chosen, record, with_tools=with_tools) for record in records)
        for name, records in splits.items()
    }
    files["provenance.jsonl"] = _write_lines(
        _tell_origin(name, number, record.provenance)
        for name, records in splits.items()
        for number, record in enumerate(records)
    )
    return files


def _write_lines(rows: Iterable[Row]) -> bytes:
    lines = []
    for row in rows:
        line = encode_line(row)
        if line is None:
            raise ValueError(f"a row that was checked cannot be written: {row!r:.200}")
        lines.append(line)
    return b"".join(lines)


def _tell_origin(split: str, number: int, provenance: Provenance) -> Row:
    told = {"split": split, "row": number, **asdict(provenance)}
    if not provenance.rejected_span_id:
        del told["rejected_trace_id"], told["rejected_span_id"]
    return told
