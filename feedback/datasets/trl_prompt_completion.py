"""TRL's `SFTTrainer`, prompt and completion apart: praised answers become `{"prompt", "completion"}`, of which it
learns the completion alone, with any chat template."""

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
    return {
        "prompt": write_messages(record.prompt),
        "completion": write_messages(record.completion),
        **name_tools(record.tools, with_tools),
    }


def check_row(row: Row) -> Reason | None:
    return check_exchange(row["prompt"], row["completion"]) or check_values(row)


def advise(_rows: Sequence[Outline]) -> Mapping[str, Any]:
    return {
        "trainer": "SFTTrainer",
        "completion_only_loss": True,
        **tell_features("prompt", "completion", "tools"),
        "why": "The loss is on the completion alone, which needs no chat template of its own. A row that exceeds "
        "max_length loses its end, which is the praised answer: set it to fit the longest.",
    }


FORMAT = Format(
    name="trl-prompt-completion",
    title="TRL supervised finetuning, prompt and completion",
    purpose="Learn praised answers alone: the dialogue before them is read, and only the answer learnt.",
    parts=(Part("", PRAISED, write_row, check_row, advise),),
    write=write_lines,
    read=read_lines,
)
