"""Evaluation cases for Promptfoo: each judged answer becomes a test of what the model says to the same messages now,
and one that its user made better is held up as it became.

Promptfoo renders every text of a case as a template and loads every text that begins with `file://` or `package:`, and
texts of users are hostile. So what they said stands in JSON, whose braces within texts are escaped: no template begins
there and no address, and the provider reads the same messages.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from feedback.datasets.format import About, Format, Part, SplitName
from feedback.datasets.labels.praised import PRAISED
from feedback.datasets.labels.ratings import RATINGS, rate_answers
from feedback.datasets.lines import read_lines, write_lines
from feedback.datasets.messages import Row, write_tools
from feedback.datasets.openai_rows import write_dialogue
from feedback.datasets.record import Drop, LabelledConversation, Reason, Record
from feedback.datasets.validation import check_exchange
from feedback.datasets.weighing.outline import Outline

GOOD: Final = [
    {
        "type": "llm-rubric",
        "value": "Serves its user as well as this answer to the same messages, which its user found good (a JSON "
        "text): {{ answer }}",
    },
]
BAD: Final = [
    {
        "type": "javascript",
        "value": "String(output).trim() !== JSON.parse(context.vars.answer).trim()",
    },
    {
        "type": "llm-rubric",
        "value": "Serves its user better than this answer to the same messages, which its user found bad (a JSON "
        "text): {{ answer }}",
    },
]
CONFIG: Final = """\
# Run `promptfoo eval` here after you have named your model and, with `--grader`, the one that judges.
description: Answers that users found good or bad
prompts:
  - '{{ messages }}'
providers:
  - echo
tests:
  - file://train.jsonl
  - file://validation.jsonl
"""


def select_cases(labelled: LabelledConversation) -> Iterator[Record | Drop]:
    """Give each answer that was praised or made better, else as it was rated."""
    for praised, rated in zip(PRAISED.select(labelled), rate_answers(labelled), strict=True):
        yield replace(praised, label=True) if isinstance(praised, Record) else rated


CASES: Final = replace(RATINGS, select=select_cases)


def write_row(record: Record, with_tools: bool) -> Row:
    said = {
        "messages": write_inert(write_dialogue(record.prompt)),
        "answer": write_inert("\n".join(message.content for message in record.completion)),
    }
    tools = {"tools": write_inert(write_tools(record.tools))} if with_tools else {}
    return {
        "description": f"An answer that its user found {'good' if record.label else 'bad'}",
        "vars": {**said, **tools},
        "assert": GOOD if record.label else BAD,
        "metadata": {"verdict": "good" if record.label else "bad"},
    }


def write_inert(value: Any) -> str:
    """JSON in which no template begins or ends: of braces only those stand there that JSON itself needs.

    >>> write_inert(["{{ env.KEY }}"]), json.loads(write_inert(["{{ env.KEY }}"]))
    ('["\\\\u007b\\\\u007b env.KEY \\\\u007d\\\\u007d"]', ['{{ env.KEY }}'])
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{write_inert(key)}: {write_inert(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(write_inert, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("{", "\\u007b").replace("}", "\\u007d")


def check_row(row: Row) -> Reason | None:
    said = {name: json.loads(text) for name, text in row["vars"].items()}
    return check_exchange(said["messages"], [{"role": "assistant", "content": said["answer"]}])


def advise(_rows: Sequence[Outline]) -> Mapping[str, Any]:
    return {"why": "Name your model in promptfooconfig.yaml. A case is judged by a model, against the answer of then."}


def write_cases(directory: Path, rows: Mapping[tuple[SplitName, str], Iterable[Row]], about: About) -> list[Path]:
    config = directory / "promptfooconfig.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    return [*write_lines(directory, rows, about), config]


FORMAT = Format(
    name="evals",
    title="Evaluation cases",
    purpose="Test a prompt or a model on what users found good and bad, with Promptfoo or any reader of JSON lines.",
    parts=(Part("", CASES, write_row, check_row, advise),),
    write=write_cases,
    read=read_lines,
)
