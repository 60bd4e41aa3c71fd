"""What holds in every format, whatever was said: rows read back as they were written, and the same rows give the same
bytes."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.datasets.format import SPLITS, About, Limit
from feedback.datasets.formats import FORMATS, UnknownFormat, find_format
from feedback.datasets.messages import Row
from feedback.datasets.record import Record
from feedback.datasets.row_steps import find_fault
from tests.examples import count_examples
from tests.feedback.datasets.specimens import HOSTILE, list_specimens, make_record, read_rows, write_rows
from tracing.generations import Message, ToolCall

TRL = ["trl-sft", "trl-prompt-completion", "trl-dpo", "trl-kto", "trl-reward"]
NAMES = [*TRL, "openai-sft", "openai-dpo", "hf", "label-studio", "evals", "csv"]

TEXTS = st.sampled_from(HOSTILE) | st.text(max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
ARGUMENTS = st.dictionaries(TEXTS, VALUES, max_size=3)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Any dialogue, sound or not, with or without a tool."""
    prompt = [Message("user", draw(TEXTS))]
    if draw(st.booleans()):
        prompt = [Message("system", draw(TEXTS)), *prompt, Message("assistant", draw(TEXTS)), Message("user", "and?")]
    if draw(st.booleans()):
        call = ToolCall("call_1", draw(st.sampled_from(["look", "no.name"])), draw(ARGUMENTS))
        prompt += [Message("assistant", "", tool_calls=(call,)), Message("tool", draw(TEXTS), tool_call_id="call_1")]
    tools = draw(st.lists(st.builds(lambda schema: {"name": "look", "parameters": schema}, ARGUMENTS), max_size=2))
    answers = {"answer": draw(TEXTS), "rejected": draw(TEXTS)}
    return make_record(
        *prompt, **answers, tools=tuple(tools), label=draw(st.booleans()), margin=draw(st.none() | st.floats(0, 1))
    )


def read_files(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_the_formats_are_those_of_the_command_line_in_its_order() -> None:
    assert list(FORMATS) == NAMES
    assert all(each.title and each.purpose.endswith(".") for each in FORMATS.values())
    with pytest.raises(UnknownFormat, match=r"'xml'.*trl-sft, trl-prompt-completion, .*, csv"):
        find_format("xml")


@pytest.mark.parametrize("name", NAMES)
def test_every_specimen_is_written_and_reads_back_equal(name: str, tmp_path: Path) -> None:
    specimens = list_specimens()
    rows = write_rows(name, tmp_path, specimens[3:], specimens[:3])
    assert read_rows(FORMATS[name], tmp_path) == rows
    assert all(len(given) == (len(specimens) - 3 if split == "train" else 3) for (split, _), given in rows.items())


@settings(max_examples=count_examples(15), deadline=None)
@given(st.lists(records(), max_size=5), st.lists(records(), max_size=2), st.sampled_from(NAMES))
def test_whatever_was_said_reads_back_equal_and_passes_its_check(
    train: list[Record], validation: list[Record], name: str
) -> None:
    with TemporaryDirectory() as place:
        written = write_rows(name, Path(place), train, validation)
        read = read_rows(FORMATS[name], Path(place))
    assert read == written
    checks = {part.name: part.check_row for part in FORMATS[name].parts}
    assert all(checks[part](row) is None for (_, part), rows in read.items() for row in rows)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_rows_give_the_same_bytes(name: str, tmp_path: Path) -> None:
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        write_rows(name, tmp_path / folder, list_specimens())
    assert read_files(tmp_path / "one") == read_files(tmp_path / "other")


@pytest.mark.parametrize("name", NAMES)
def test_no_rows_are_written_and_read_as_none(name: str, tmp_path: Path) -> None:
    write_rows(name, tmp_path, [])
    assert not any(read_rows(FORMATS[name], tmp_path).values())


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_told(name: str, tmp_path: Path) -> None:
    chosen = FORMATS[name]
    told = chosen.write(tmp_path, {(split, part.name): () for part in chosen.parts for split in SPLITS}, About())
    assert {str(path.relative_to(tmp_path)) for path in told} == set(read_files(tmp_path))


@pytest.mark.parametrize("name", NAMES)
def test_few_rows_are_held_at_a_time(name: str, tmp_path: Path) -> None:
    """A row is asked for when those before it are on their way: at most one batch waits."""
    chosen, held = FORMATS[name], []
    part = chosen.parts[0]

    def count() -> Iterator[Row]:
        for number in range(2000):
            held.append(sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()))
            yield part.write_row(make_record(f"{number}? " + "x" * 300), False)

    rows: Any = {(split, each.name): () for each in chosen.parts for split in SPLITS}
    chosen.write(tmp_path, {**rows, ("train", part.name): count()}, About())
    assert len(set(held)) > 3


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("csv", "label-studio")])
def test_a_row_that_a_trainer_would_stumble_over_is_refused(name: str) -> None:
    call = Message("assistant", "", tool_calls=(ToolCall("call_1", "look", {}),))
    faults = [("Q?", call), ("Q?", call, "and?"), (Message("assistant", "Hello."),)]
    for part in FORMATS[name].parts:
        assert all(find_fault(part, make_record(*prompt)) for prompt in faults)
        assert find_fault(part, make_record("Q?", answer=" "))


def test_what_a_consumer_would_refuse_is_said() -> None:
    limit = Limit("Somebody", least_rows=10, most_rows=100, most_bytes=1000)
    assert limit.warn(9, 1) == "Somebody takes 10 rows or more; there are 9."
    assert limit.warn(101, 1) == "Somebody takes 100 rows at most; there are 101."
    assert limit.warn(50, 1001) == "Somebody takes 1,000 bytes a file at most; there are 1,001."
    assert not limit.warn(50, 1000)
    assert not Limit("Anybody").warn(0, 10**12)
