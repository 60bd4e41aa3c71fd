"""The stages that look at the rows of one conversation, in the order in which rows go through them; and the last, which
judges each row as its trainer will read it."""

from feedback.datasets.cleaning import LANGUAGE, NORMALISATION, PERSONAL_DATA, QUALITY, SECRETS
from feedback.datasets.format import Part
from feedback.datasets.labels.confidence import CONFIDENCE
from feedback.datasets.messages import hold_only_text, write_tools
from feedback.datasets.record import Reason, Record
from feedback.datasets.steps import RowStep
from feedback.datasets.validation import encode_line
from feedback.datasets.weighing.contamination import CONTAMINATION

ROW_STEPS: tuple[RowStep, ...] = (NORMALISATION, SECRETS, PERSONAL_DATA, LANGUAGE, QUALITY, CONFIDENCE, CONTAMINATION)


def find_fault(part: Part, record: Record) -> Reason | None:
    """Why no trainer may learn from the row, or None. What reads back equal is judged as it is."""
    if not hold_only_text((*record.messages, *record.rejected)):
        return Reason.NOT_TEXT
    if call_undeclared(record):
        return Reason.UNDECLARED_TOOL
    row = part.write_row(record, bool(record.tools))
    return Reason.NOT_JSON if encode_line(row) is None else part.check_row(row)


def call_undeclared(record: Record) -> bool:
    """Whether the answer, or a step to it, calls a tool that is not among those that were told; where none were told,
    nobody knows. Of earlier turns nothing is asked: they may have had other tools."""
    declared = [tool["function"]["name"] for tool in write_tools(record.tools)]
    asked = max((place for place, each in enumerate(record.prompt) if each.role == "user"), default=0)
    messages = (*record.prompt[asked:], *record.completion, *record.rejected)
    return bool(declared) and any(call.name not in declared for each in messages for call in each.tool_calls)
