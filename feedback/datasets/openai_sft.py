"""Supervised finetuning of OpenAI's shape: praised answers become `{"messages": […], "tools": […]}`. What the assistant
said before the user's last message was not judged, so it has weight 0: it is read and not learnt."""

from collections.abc import Mapping, Sequence
from typing import Any

from feedback.datasets.format import Format, Part
from feedback.datasets.labels.praised import PRAISED
from feedback.datasets.lines import read_lines, write_lines
from feedback.datasets.messages import Row
from feedback.datasets.openai_rows import LIMITS, check_functions, name_tools, write_dialogue
from feedback.datasets.record import Reason, Record
from feedback.datasets.validation import check_exchange
from feedback.datasets.weighing.outline import Outline


def write_row(record: Record, _with_tools: bool) -> Row:
    return {"messages": weigh_messages(write_dialogue(record.messages)), **name_tools(record.tools)}


def weigh_messages(messages: Sequence[Row]) -> list[Row]:
    """Of the last turn everything is learnt, also the tool calls that led to the answer."""
    last = max((place for place, message in enumerate(messages) if message["role"] == "user"), default=0)
    return [
        {**message, "weight": 0} if message["role"] == "assistant" and place < last else message
        for place, message in enumerate(messages)
    ]


def check_row(row: Row) -> Reason | None:
    messages = row["messages"]
    return check_exchange(messages[:-1], messages[-1:]) or check_functions(messages, row.get("tools", ()))


def advise(_rows: Sequence[Outline]) -> Mapping[str, Any]:
    return {
        "method": "supervised",
        "why": "Earlier answers of a dialogue have weight 0, as nobody judged them: the service learns the last alone.",
    }


FORMAT = Format(
    name="openai-sft",
    title="OpenAI-compatible supervised finetuning",
    purpose="Learn praised answers at OpenAI, Azure, Together or Fireworks.",
    parts=(Part("", PRAISED, write_row, check_row, advise),),
    write=write_lines,
    read=read_lines,
    limits=LIMITS,
)
