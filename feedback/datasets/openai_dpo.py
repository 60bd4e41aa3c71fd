"""Preference pairs of OpenAI's shape: `{"input": {"messages", "tools", "parallel_tool_calls"}, "preferred_output",
"non_preferred_output"}`, for OpenAI, Azure, Together and Fireworks."""

from collections.abc import Mapping, Sequence
from typing import Any

from feedback.datasets import trl_dpo
from feedback.datasets.format import Format, Part
from feedback.datasets.labels.pairs import PAIRS
from feedback.datasets.lines import read_lines, write_lines
from feedback.datasets.messages import Row
from feedback.datasets.openai_rows import LIMITS, check_functions, name_tools, write_dialogue
from feedback.datasets.record import Reason, Record
from feedback.datasets.validation import check_exchange
from feedback.datasets.weighing.outline import Outline


def write_row(record: Record, _with_tools: bool) -> Row:
    tools = name_tools(record.tools)
    return {
        "input": {
            "messages": write_dialogue(record.prompt),
            **tools,
            **({"parallel_tool_calls": True} if tools else {}),
        },
        "preferred_output": write_dialogue(record.completion),
        "non_preferred_output": write_dialogue(record.rejected),
    }


def check_row(row: Row) -> Reason | None:
    asked, preferred, other = row["input"]["messages"], row["preferred_output"], row["non_preferred_output"]
    if preferred == other:
        return Reason.SAME_TEXT
    fault = check_exchange(asked, preferred) or check_exchange(asked, other)
    return fault or check_functions(asked, row["input"].get("tools", ()))


def advise(rows: Sequence[Outline]) -> Mapping[str, Any]:
    why = "A larger beta keeps the model nearer to what it was, which suits labels that are noisy."
    return {"method": "dpo", "beta": 0.1, **trl_dpo.weigh_lengths(rows, why)}


FORMAT = Format(
    name="openai-dpo",
    title="OpenAI-compatible preference pairs",
    purpose="Learn to prefer the kept answer, at OpenAI, Azure, Together or Fireworks.",
    parts=(Part("", PAIRS, write_row, check_row, advise),),
    write=write_lines,
    read=read_lines,
    limits=LIMITS,
)
