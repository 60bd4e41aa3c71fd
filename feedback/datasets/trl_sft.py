"""TRL's `SFTTrainer`, conversational: praised answers become `{"messages": […]}` that end with the answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from feedback.datasets.format import Format
from feedback.datasets.messages import Row, write_messages
from feedback.datasets.praised import PRAISED
from feedback.datasets.record import Reason, Record
from feedback.datasets.validation import check_exchange


def write_row(record: Record) -> Row:
    return {"messages": write_messages(record.messages)}


def check_row(row: Row) -> Reason | None:
    return check_exchange(row["messages"][:-1], row["messages"][-1:])


def advise(records: Sequence[Record]) -> Mapping[str, Any]:
    lengths = [sum(len(message.content) for message in record.messages) for record in records]
    return {
        "trainer": "SFTTrainer",
        "assistant_only_loss": True,
        "longest_row_characters": max(lengths, default=0),
        "why": "Without assistant_only_loss the loss is on the users' messages, too. A row that exceeds "
        "max_length may lose its end, which is the praised answer: set it to fit the longest.",
    }


FORMAT = Format(
    name="trl-sft",
    title="TRL supervised finetuning",
    selection=PRAISED,
    write_row=write_row,
    check_row=check_row,
    advise=advise,
)
