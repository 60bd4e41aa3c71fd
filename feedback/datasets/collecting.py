"""From conversations to rows that are weighed: batches of labelled conversations come in and lie in a directory as
chunks, and once all are there, the rows that stay go out. Nothing is dropped without a count and a reason."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from feedback.datasets.archive import encode_record
from feedback.datasets.format import Part
from feedback.datasets.formats import find_format
from feedback.datasets.funnel import Step, join_steps
from feedback.datasets.gate import admit, refuse
from feedback.datasets.outlining import outline_record
from feedback.datasets.record import Drop, LabelledConversation, Reason, Record
from feedback.datasets.row_steps import list_row_steps
from feedback.datasets.settling import Settled, settle
from feedback.datasets.spool import ChunkCounts, Outlined, PartCounts, Spool
from feedback.datasets.steps import Context


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


class _PartCollector:
    """The same for one part of the format."""

    def __init__(self, part: Part, context: Context) -> None:
        self.part = part
        self._context = context
        self._row_steps = list_row_steps(part)
        names = ("selection", "licence", *(step.name for step in self._row_steps))
        self._counts = {name: Step(name, 0, 0) for name in names}
        self._unjudged: Counter[str] = Counter()
        self._unsure: Counter[str] = Counter()

    def take(self, labelled: LabelledConversation) -> Iterator[Outlined]:
        candidates = list(self.part.selection.select(labelled))
        self._unjudged.update(each.stratum for each in candidates if isinstance(each, Drop) and each.stratum)
        records = self._keep("selection", candidates)
        records = self._keep("licence", list(admit(labelled, records, self._context)))
        for step in self._row_steps:
            records = self._keep(step.name, step.apply(records, self._context) if records else ())
        for record in records:
            yield self._outline(record)

    def count(self) -> PartCounts:
        return PartCounts(tuple(self._counts.values()), self._unjudged, self._unsure)

    def _keep(self, name: str, results: Sequence[Record | Drop]) -> list[Record]:
        kept = [result for result in results if isinstance(result, Record)]
        drops = [result for result in results if isinstance(result, Drop)]
        self._unsure.update(f"{drop.confidence:.2f}" for drop in drops if drop.reason is Reason.UNSURE)
        dropped = Counter(drop.reason for drop in drops)
        self._counts[name] += Step(name, len(results), len(kept), dropped)
        return kept

    def _outline(self, record: Record) -> Outlined:
        line = encode_record(record)
        if line is None:
            raise ValueError(f"a row that was checked cannot be kept: {record!r:.200}")
        outline = outline_record(record, self.part.name, 0)
        return Outlined(line, replace(outline, has_tools=bool(record.tools)))
