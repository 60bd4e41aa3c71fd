"""From conversations to rows that are weighed: batches of labelled conversations come in and lie in a directory as
chunks, and once all are there, the rows that stay go out. Nothing is dropped without a count and a reason."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from feedback.datasets.building.archive import encode_record
from feedback.datasets.building.funnel import Step, join_steps
from feedback.datasets.building.spool import ChunkCounts, Outlined, PartCounts, Spool
from feedback.datasets.format import Part
from feedback.datasets.formats import find_format
from feedback.datasets.gate import admit, refuse
from feedback.datasets.record import Drop, LabelledConversation, Reason, Record
from feedback.datasets.row_steps import ROW_STEPS, find_fault
from feedback.datasets.steps import Context
from feedback.datasets.weighing.outlining import outline_record
from feedback.datasets.weighing.settling import Settled, settle
from tracing.texts.stand_ins import are_kept

Kept = TypeVar("Kept", Record, Outlined)


def collect_chunk(work: Path, number: int, labelled: Iterable[LabelledConversation], context: Context) -> ChunkCounts:
    """Put the rows of a batch of conversations into the work directory, unless they are there; return the counts."""
    with Spool(work) as spool:
        if (known := spool.load_chunk_counts(number)) is not None:
            return known
        collector = _Collector(context)
        for each in labelled:
            collector.take(each)
        counts = collector.count()
        spool.write(number, collector.rows, counts)
        return counts


def load_counts(work: Path, context: Context) -> ChunkCounts:
    """What was counted over all chunks."""
    with Spool(work) as spool:
        return sum(spool.load_counts(), start=_Collector(context).count())


def settle_work(work: Path, context: Context) -> Settled:
    """Weigh all rows of the work directory against each other. Whoever was to be forgotten meanwhile is out."""
    unjudged = {name: part.unjudged for name, part in load_counts(work, context).parts.items()}
    with Spool(work) as spool:
        outlines = [
            outline
            for outline in spool.load_outlines()
            if not context.is_forgotten(outline.user_id, outline.conversation_id)
        ]
    outlines.sort(key=lambda outline: (outline.order, outline.subject, outline.claim))
    return settle(outlines, context.definition, unjudged)


def list_steps(counts: ChunkCounts, settled: Settled) -> dict[str, tuple[Step, ...]]:
    """Every stage that rows went through, by part."""
    return {name: join_steps(part.steps, settled.parts[name].steps) for name, part in counts.parts.items()}


def list_subjects(settled: Settled) -> list[tuple[str, str]]:
    """Whose rows these are: user ids, empty where they are not known, with their conversations' ids."""
    placed = (each for part in settled.parts.values() for each in (*part.train, *part.validation))
    return sorted({(each.outline.user_id, each.outline.conversation_id) for each in placed})


class _Collector:
    """Gathers the rows of conversations, and what was counted on the way."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.rows: list[Outlined] = []
        self._refused: Counter[Reason] = Counter()
        self._let_in = 0
        self._parts = [_PartCollector(part, context) for part in find_format(context.definition.format).parts]

    def take(self, labelled: LabelledConversation) -> None:
        if reason := refuse(labelled, self.context):
            self._refused[reason] += 1
            return
        self._let_in += 1
        for part in self._parts:
            self.rows += part.take(labelled)

    def count(self) -> ChunkCounts:
        gate = Step("gate", self._let_in + self._refused.total(), self._let_in, self._refused)
        return ChunkCounts(gate, {each.part.name: each.count() for each in self._parts})


def drop_unkept(candidate: Record | Drop) -> Record | Drop:
    """Nobody may learn from what stands in the place of a text that is not kept."""
    if isinstance(candidate, Drop):
        return candidate
    texts = (message.content for message in (*candidate.messages, *candidate.rejected))
    return candidate if are_kept(texts) else Drop(Reason.NOT_KEPT)


class _PartCollector:
    """The same for one part of the format."""

    def __init__(self, part: Part, context: Context) -> None:
        self.part = part
        self._context = context
        names = ("selection", "licence", *(step.name for step in ROW_STEPS), "validation")
        self._counts = {name: Step(name, 0, 0) for name in names}
        self._unjudged: Counter[str] = Counter()
        self._unsure: Counter[str] = Counter()

    def take(self, labelled: LabelledConversation) -> list[Outlined]:
        candidates = list(map(drop_unkept, self.part.selection.select(labelled)))
        self._unjudged.update(each.stratum for each in candidates if isinstance(each, Drop) and each.stratum)
        records = self._keep("selection", candidates)
        records = self._keep("licence", list(admit(labelled, records, self._context)))
        for step in ROW_STEPS:
            records = self._keep(step.name, step.apply(records, self._context) if records else ())
        return self._keep("validation", [self._validate(record) for record in records])

    def count(self) -> PartCounts:
        return PartCounts(tuple(self._counts.values()), self._unjudged, self._unsure)

    def _keep(self, name: str, results: Sequence[Kept | Drop]) -> list[Kept]:
        kept = [result for result in results if not isinstance(result, Drop)]
        dropped = Counter(result.reason for result in results if isinstance(result, Drop))
        self._counts[name] += Step(name, len(results), len(kept), dropped)
        return kept

    def _validate(self, record: Record) -> Outlined | Drop:
        if fault := find_fault(self.part, record):
            return Drop(fault)
        if (line := encode_record(record)) is None:
            return Drop(Reason.NOT_JSON)
        outline = outline_record(record, self.part.name, 0)
        return Outlined(line, replace(outline, has_tools=bool(record.tools)))
