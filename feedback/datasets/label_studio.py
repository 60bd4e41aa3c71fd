"""Label Studio: judged answers become tasks with the verdict that feedback gave as a prediction, for people to confirm
or turn. Its importer takes one JSON array, `tasks.json`; `label_config.xml` is the labelling interface of the tasks."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

from feedback.datasets.format import About, Format, Limit, Part, SplitName
from feedback.datasets.labels.ratings import RATINGS
from feedback.datasets.lines import read_lines, write_lines
from feedback.datasets.messages import Row, tell_message
from feedback.datasets.record import Reason, Record
from feedback.datasets.weighing.outline import Outline

CONFIG: Final = """\
<View>
  <Paragraphs name="dialogue" value="$messages" layout="dialogue" nameKey="role" textKey="content"/>
  <Header value="Is the last answer good?"/>
  <Choices name="verdict" toName="dialogue" choice="single" required="true">
    <Choice value="good"/>
    <Choice value="bad"/>
  </Choices>
  <TextArea name="better" toName="dialogue" rows="4" maxSubmissions="1" placeholder="A better answer, if you know one"/>
</View>
"""


def write_row(record: Record, _with_tools: bool) -> Row:
    """A task. Calls of tools stand as text among what was said."""
    source = record.provenance
    messages = [{"role": message.role, "content": tell_message(message)} for message in record.messages]
    verdict = {"choices": ["good" if record.label else "bad"]}
    result = {"from_name": "verdict", "to_name": "dialogue", "type": "choices", "value": verdict}
    version = f"{source.label_source} {source.version}".strip()
    return {
        "data": {"messages": messages, "trace_id": source.trace_id, "span_id": source.span_id},
        "predictions": [{"model_version": version, "score": source.confidence, "result": [result]}],
    }


def check_row(row: Row) -> Reason | None:
    messages = row["data"]["messages"]
    if not any(message["role"] == "user" for message in messages):
        return Reason.NO_USER_MESSAGE
    if messages[-1]["role"] != "assistant":
        return Reason.WRONG_LAST_ROLE
    return None if messages[-1]["content"].strip() else Reason.EMPTY_MESSAGE


def advise(_rows: Sequence[Outline]) -> Mapping[str, Any]:
    return {
        "why": "Make a project with label_config.xml, import tasks.json, and begin with the least sure predictions."
    }


def write_tasks(directory: Path, rows: Mapping[tuple[SplitName, str], Iterable[Row]], about: About) -> list[Path]:
    lines = write_lines(directory, rows, about)
    config, tasks = directory / "label_config.xml", directory / "tasks.json"
    config.write_text(CONFIG, encoding="utf-8")
    _join_lines(lines, tasks)
    return [*lines, config, tasks]


def _join_lines(files: Iterable[Path], path: Path) -> None:
    """Write the lines of the files as one JSON array, a line at a time."""
    with path.open("wb") as array:
        before = b"[\n"
        for line in chain.from_iterable(_list_lines(file) for file in files):
            array.write(before + line.rstrip(b"\n"))
            before = b",\n"
        array.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def _list_lines(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        yield from file


FORMAT = Format(
    name="label-studio",
    title="Label Studio tasks",
    purpose="Let people check labels: each judged answer as a task that holds what feedback said of it.",
    parts=(Part("", RATINGS, write_row, check_row, advise),),
    write=write_tasks,
    read=read_lines,
    limits=(Limit("Label Studio", most_rows=250_000, most_bytes=200 * 10**6),),
)
