"""What people look at before a dataset is written: settled rows come in, and a sample of what goes on in the app; what
became of everything, what rows are like, what they lack and some of them go out, as JSON of bounded size."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from feedback.datasets.building.collecting import list_steps, load_counts
from feedback.datasets.building.funnel import Step, write_step
from feedback.datasets.building.provenance import digest_row, tell_origin
from feedback.datasets.building.spool import ChunkCounts, Spool
from feedback.datasets.definition import Definition
from feedback.datasets.format import Part, SplitName
from feedback.datasets.formats import find_format
from feedback.datasets.inspecting.coverage import Covering, Topics, Traffic, find_topics, measure_coverage
from feedback.datasets.inspecting.distributions import (
    Measure,
    Place,
    describe_counts,
    describe_numbers,
    describe_times,
    describe_values,
)
from feedback.datasets.inspecting.measurement import LENGTHS, RowMeasure, measure_row
from feedback.datasets.inspecting.preview import MOST_CHARACTERS, ROWS, cut_row, draw_rows, make_plain, order_by_chance
from feedback.datasets.inspecting.sufficiency import judge_rows
from feedback.datasets.record import Reason, Record
from feedback.datasets.steps import Context
from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.settling import Placed, Settled, SettledPart
from feedback.failure_modes.grouping import Embed

SAMPLE: Final = 2_000
"""Rows whose topic is looked for."""
EVERY: Final = 1_000
"""Rows between two words of progress."""

RATIO: Final = Measure("length_ratio", "Chosen answer by rejected answer", "times as long", "ratio")
CONFIDENCE: Final = Measure("confidence", "How sure the label is", "probability", "share")
PER_USER: Final = Measure("rows_per_user", "Rows of each known user", "rows")
LABELS: Final[Mapping[bool | None, str]] = {True: "good", False: "bad", None: ""}


@dataclass(frozen=True, slots=True)
class _Row:
    split: SplitName
    number: int
    """In its split, from 0."""
    placed: Placed
    measure: RowMeasure

    @property
    def outline(self) -> Outline:
        return self.placed.outline

    @property
    def place(self) -> Place:
        return self.outline.conversation_id, self.outline.turn_index


@dataclass(frozen=True, slots=True)
class _Part:
    part: Part
    rows: Sequence[_Row]
    """In the order of time."""
    steps: Sequence[Step]
    unsure: Mapping[str, int]
    """Rows by the confidence that was too little."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known beside the rows."""

    definition: Definition
    drawn: Mapping[int, int]
    """Places of the rows whose topic was looked for, each with its number among them."""
    topics: Topics
    traffic: Traffic
    most_characters: int
    """Of a row that is shown."""

    def name_topics(self, rows: Sequence[_Row]) -> list[str]:
        """Of those of the rows whose topic was looked for."""
        places = (row.outline.place for row in rows)
        return [self.topics.tell(self.drawn[place]) for place in places if place in self.drawn]


def inspect(
    work: Path,
    settled: Settled,
    context: Context,
    traffic: Traffic | None = None,
    embed: Embed | None = None,
    told: Callable[[int, int], None] = lambda _done, _total: None,
) -> dict[str, Any]:
    """Look at the rows that lie in the work directory and were settled. Without `traffic` there is no coverage, without
    `embed`, which makes vectors of texts, there are no topics. `told` hears how many rows of how many were read."""
    counts, drawn = load_counts(work, context), _draw_sample(settled)
    with Spool(work) as spool:
        parts = list(_read_parts(spool, settled, context.definition, counts, drawn, told))
        topics = _find_topics(parts, drawn, traffic, embed)
        about = traffic or Traffic(0, ())
        known = _Known(context.definition, drawn, topics, about, MOST_CHARACTERS // (ROWS * len(parts)))
        described = [_describe_part(spool, part, known) for part in parts]
    inspection = {
        "gate": write_step(counts.gate),
        "parts": described,
        "coverage": _describe_coverage(parts, traffic, topics, len(drawn)),
        "reasons": _list_reasons([counts.gate, *(step for part in parts for step in part.steps)]),
    }
    return dict(make_plain(inspection))


def _list_reasons(steps: Iterable[Step]) -> dict[str, str]:
    reasons = {reason for step in steps for reason, count in step.dropped.items() if count}
    return {reason.code: reason.meaning for reason in sorted(reasons, key=lambda each: each.code)}


def _draw_sample(settled: Settled) -> dict[int, int]:
    """Places of the rows whose topic is looked for, each with its number among them."""
    outlines = (placed.outline for part in settled.parts.values() for placed in (*part.train, *part.validation))
    return {outline.place: number for number, outline in enumerate(order_by_chance(outlines, seed=0)[:SAMPLE])}


def _read_parts(
    spool: Spool,
    settled: Settled,
    definition: Definition,
    counts: ChunkCounts,
    sampled: Container[int],
    told: Callable[[int, int], None],
) -> Iterator[_Part]:
    total = sum(len(part.train) + len(part.validation) for part in settled.parts.values())
    steps = list_steps(counts, settled)
    done = 0
    for part in find_format(definition.format).parts:
        rows = []
        numbers = Counter[SplitName]()
        for split, placed in _order_rows(settled.parts[part.name]):
            measure = _measure(spool, placed, sampled)
            rows.append(_Row(split, numbers[split], placed, measure))
            numbers[split] += 1
            done += 1
            if not done % EVERY:
                told(done, total)
        yield _Part(part, rows, steps[part.name], counts.parts[part.name].unsure)


def _order_rows(part: SettledPart) -> list[tuple[SplitName, Placed]]:
    placed: list[tuple[SplitName, Placed]] = [("train", each) for each in part.train]
    placed += [("validation", each) for each in part.validation]
    return sorted(placed, key=lambda pair: (pair[1].outline.order, pair[1].outline.claim))


def _measure(spool: Spool, placed: Placed, sampled: Container[int]) -> RowMeasure:
    """With the words of its user only where they are needed: there may be many rows."""
    measure = measure_row(spool.read(placed.outline.place))
    return measure if placed.outline.place in sampled else replace(measure, opening="")


def _find_topics(
    parts: Sequence[_Part], sampled: Mapping[int, int], traffic: Traffic | None, embed: Embed | None
) -> Topics:
    """Of the sampled rows, and of the traffic's after them."""
    openings = {row.outline.place: row.measure.opening for part in parts for row in part.rows}
    texts = [openings[place] for place in sampled] + [seen.opening for seen in (traffic.sample if traffic else ())]
    return find_topics(texts, embed) if embed and texts else Topics((), (-1,) * len(texts))


def _describe_part(spool: Spool, seen: _Part, known: _Known) -> dict[str, Any]:
    splits = Counter(row.split for row in seen.rows)
    dropped = sum((step.dropped for step in seen.steps), Counter[Reason]())
    outlines = [row.outline for row in seen.rows]
    return {
        "part": seen.part.name,
        "rows": {"train": splits["train"], "validation": splits["validation"]},
        "funnel": [write_step(step) for step in seen.steps],
        "distributions": [*_describe_numbers(seen.rows), *_describe_names(seen.rows, known)],
        "enough": judge_rows(seen.part.selection.kind, outlines, dropped, seen.unsure, known.definition),
        "preview": _show_rows(spool, seen, known),
    }


def _describe_numbers(rows: Sequence[_Row]) -> list[dict[str, Any]]:
    places = [row.place for row in rows]
    lengths = np.array([row.measure.lengths for row in rows], np.float64).reshape(-1, len(LENGTHS))
    told = [describe_numbers(measure, lengths[:, at], places) for at, measure in enumerate(LENGTHS)]
    pairs = [row for row in rows if row.outline.rejected_characters]
    if pairs:
        ratios = [row.outline.chosen_characters / row.outline.rejected_characters for row in pairs]
        told.append(describe_numbers(RATIO, np.array(ratios), [row.place for row in pairs]))
    sure = np.array([row.outline.confidence for row in rows], np.float64)
    users = Counter(row.outline.user_id for row in rows if row.outline.user_id)
    first = {row.outline.user_id: row.place for row in reversed(rows)}
    of_users = np.array(list(users.values()), np.float64)
    return [
        *told,
        describe_numbers(CONFIDENCE, sure, places),
        describe_numbers(PER_USER, of_users, [first[user] for user in users]),
        describe_times([row.outline.time_ns for row in rows]),
    ]


def _describe_names(rows: Sequence[_Row], known: _Known) -> list[dict[str, Any]]:
    outlines, topics = [row.outline for row in rows], known.name_topics(rows)
    modes = (known.traffic.name_mode(each.failure_mode) for each in outlines)
    labelled = [LABELS[each.label] for each in outlines if each.label is not None]
    replaced = sum((Counter(row.measure.replaced) for row in rows), Counter[str]())
    told = [
        describe_values("label", "Good and bad answers", "rows", labelled),
        describe_values("language", "Languages", "rows", (each.language for each in outlines)),
        describe_values("model", "Models that answered", "rows", (each.model for each in outlines)),
        describe_values("topic", "Topics", "rows" if len(topics) == len(rows) else "rows of a sample", topics),
        describe_values(
            "label_source", "What says that they are good or bad", "rows", (o.label_source for o in outlines)
        ),
        describe_values("tier", "Tiers of labels", "rows", (each.tier for each in outlines)),
        describe_values("failure_mode", "Failure modes", "rows", modes),
        describe_counts("replaced", "Personal data behind placeholders", "values", replaced),
    ]
    return [each for each in told if each["values"] and [value["value"] for value in each["values"]] != [""]]


def _show_rows(spool: Spool, seen: _Part, known: _Known) -> list[dict[str, Any]]:
    rows = {row.outline.place: row for row in seen.rows}
    with_tools = any(row.measure.has_tools for row in seen.rows)
    drawn = [rows[outline.place] for outline in draw_rows([row.outline for row in seen.rows], known.definition.seed)]
    return [
        _show_row(seen.part, row, spool.read(row.outline.place), with_tools, known.most_characters) for row in drawn
    ]


def _show_row(part: Part, row: _Row, record: Record, with_tools: bool, most_characters: int) -> dict[str, Any]:
    written = part.write_row(record, with_tools)
    origin = tell_origin(row.split, part.name, row.number, row.placed, record, digest_row(written))
    shown, is_cut = cut_row(written, most_characters)
    return {"split": row.split, "row": shown, "provenance": cut_row(origin, most_characters)[0], "is_cut": is_cut}


def _describe_coverage(parts: Sequence[_Part], traffic: Traffic | None, topics: Topics, sampled: int) -> list[Any]:
    if not traffic or not traffic.sample:
        return []
    outlines = [row.outline for part in parts for row in part.rows]
    rows = Covering(
        languages=[outline.language for outline in outlines],
        models=[outline.model for outline in outlines],
        failure_modes=[outline.failure_mode for outline in outlines],
        topics=topics.numbers[:sampled],
    )
    return measure_coverage(rows, traffic, topics, topics.numbers[sampled:])
