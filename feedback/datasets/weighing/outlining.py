"""What of a row is kept in memory while all of them are weighed against each other: a record comes in, its outline
goes out."""

from collections.abc import Iterable

from feedback.datasets.record import Record
from feedback.datasets.weighing.deduplication import read_claim
from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.signatures import sign_record
from feedback.datasets.weighing.templates import find_template
from tracing.generations import Message


def outline_record(record: Record, part: str, place: int) -> Outline:
    """`part` is that of the format, `place` says where the record itself is kept."""
    source = record.provenance
    said = read_claim(record)
    return Outline(
        place=place,
        part=part,
        time_ns=record.time_ns,
        conversation_id=source.conversation_id,
        turn_index=source.turn_index,
        trace_id=source.trace_id,
        span_id=source.span_id,
        user_id=record.user_id,
        subject=said.subject,
        claim=said.claim,
        signature=sign_record(record),
        template=find_template(record),
        label=record.label,
        chosen_characters=count_characters(record.completion),
        rejected_characters=count_characters(record.rejected),
        model=record.model,
        language=record.language,
        failure_mode=record.failure_mode,
        label_source=source.label_source,
        confidence=source.confidence,
        tier=source.tier,
        stratum=record.stratum,
        prompt=said.prompt,
    )


def count_characters(messages: Iterable[Message]) -> int:
    return sum(len(message.content) for message in messages)
