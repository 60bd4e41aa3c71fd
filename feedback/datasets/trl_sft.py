"""TRL's `SFTTrainer`, conversational: praised answers become `{"messages": […]}` that end with the answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from feedback.datasets.arrow import check_values, tell_features
from feedback.datasets.format import Format, Part
from feedback.datasets.labels.praised import PRAISED
from feedback.datasets.lines import read_lines, write_lines
from feedback.datasets.messages import Row, name_tools, write_messages
from feedback.datasets.record import Reason, Record
from feedback.datasets.validation import check_exchange
from feedback.datasets.weighing.outline import Outline


def write_row(record: Record, with_tools: bool) -> Row:
    return {"messages": write_messages(record.messages), **name_tools(record.tools, with_tools)}


def check_row(row: Row) -> Reason | None:
    return check_exchange(row["messages"][:-1], row["messages"][-1:]) or check_values(row)


def advise(_rows: Sequence[Outline]) -> Mapping[str, Any]:
    return {
        "trainer": "SFTTrainer",
        "assistant_only_loss": True,
        **tell_features("messages", "tools"),
        "why": "Without assistant_only_loss the loss is on the users' messages, too. A row that exceeds "
        "max_length may lose its end, which is the praised answer: set it to fit the longest.",
    }


FORMAT = Format(
    name="trl-sft",
    title="TRL supervised finetuning",
    purpose="Learn from answers that people liked: whole dialogues that end with a praised answer.",
    parts=(Part("", PRAISED, write_row, check_row, advise),),
    write=write_lines,
    read=read_lines,
)
