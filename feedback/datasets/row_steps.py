"""The stages that look at the rows of one conversation, in the order in which rows go through them."""

import json
from collections.abc import Sequence

from feedback.datasets.archive import encode_record
from feedback.datasets.cleaning import LANGUAGE, NORMALISATION, PERSONAL_DATA, QUALITY, SECRETS
from feedback.datasets.confidence import CONFIDENCE
from feedback.datasets.contamination import CONTAMINATION
from feedback.datasets.format import Part
from feedback.datasets.messages import hold_only_text
from feedback.datasets.record import Drop, Reason, Record
from feedback.datasets.steps import Context, RowStep
from feedback.datasets.validation import encode_line

ROW_STEPS: tuple[RowStep, ...] = (NORMALISATION, SECRETS, PERSONAL_DATA, LANGUAGE, QUALITY, CONFIDENCE, CONTAMINATION)


def list_row_steps(part: Part) -> tuple[RowStep, ...]:
    """All of them for a part of a format; the last judges the row as its trainer will read it."""

    def validate(records: Sequence[Record], _context: Context) -> Sequence[Record | Drop]:
        return [Drop(fault) if (fault := find_fault(part, record)) else record for record in records]

    return (*ROW_STEPS, RowStep("validation", validate))


def find_fault(part: Part, record: Record) -> Reason | None:
    """Why no trainer may learn from the row, or None."""
    if not hold_only_text((*record.messages, *record.rejected)):
        return Reason.NOT_TEXT
    line = encode_line(part.write_row(record, bool(record.tools)))
    if line is None or encode_record(record) is None:
        return Reason.NOT_JSON
    return part.check_row(json.loads(line))
