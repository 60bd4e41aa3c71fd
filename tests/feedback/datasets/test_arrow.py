"""What `datasets` would read as something else gives no row."""

import pytest

from feedback.datasets.formats import FORMATS
from feedback.datasets.record import Reason
from feedback.datasets.row_steps import find_fault
from tests.feedback.datasets.specimens import RESULT, make_record
from tracing.generations import Message, ToolCall

READ_BY_DATASETS = ["trl-sft", "trl-prompt-completion", "trl-dpo", "trl-kto", "trl-reward", "hf"]


def pass_number(number: float) -> tuple[str, Message, Message]:
    return "Q?", Message("assistant", "", tool_calls=(ToolCall("call_1", "find", {"deep": [{"x": number}]}),)), RESULT


@pytest.mark.parametrize("name", READ_BY_DATASETS)
@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30, 1e308])
def test_a_number_that_it_cannot_hold_refuses_the_row(name: str, number: float) -> None:
    for part in FORMATS[name].parts:
        assert find_fault(part, make_record(*pass_number(number))) is Reason.NOT_JSON


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 0.1, -1e299, True, 0])
def test_other_numbers_do_not(number: float) -> None:
    assert find_fault(FORMATS["trl-sft"].parts[0], make_record(*pass_number(number))) is None


def test_a_number_in_the_schema_of_a_tool_counts_too() -> None:
    tool = {"name": "find", "parameters": {"type": "integer", "maximum": 10**30}}
    assert find_fault(FORMATS["trl-sft"].parts[0], make_record(tools=(tool,))) is Reason.NOT_JSON
    assert find_fault(FORMATS["openai-sft"].parts[0], make_record(tools=(tool,))) is None
