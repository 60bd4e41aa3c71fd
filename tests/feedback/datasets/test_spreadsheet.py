"""The table for people."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.datasets.formats import FORMATS
from feedback.datasets.record import Reason
from feedback.datasets.row_steps import find_fault
from feedback.datasets.spreadsheet import COLUMNS, FORMAT, LONGEST_CELL, write_row
from tests.examples import count_examples
from tests.feedback.datasets.specimens import HOSTILE, make_agent, make_record, say, write_rows
from tracing.formulas import guard_cell, unguard_cell
from tracing.generations import Message

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\t=1", "\n=1", "\r=1", '"=1', ' " =1', "\ufeff=1"]
FULL_WIDTH = ["＝1+1", "＋1", "－1", "＠x"]
PIPES = ["|calc", "%0A=1"]


def test_a_row_reads_on_its_own() -> None:
    system = Message("system", "Be brief.")
    assert write_row(make_record(system, *say("Hi", "Hello.", "Who?"), answer="Me.", label=False), False) == {
        "time": "2023-11-14 22:13:20",
        "conversation": "c1",
        "turn": "0",
        "model": "",
        "language": "",
        "instructions": "Be brief.",
        "before": "user: Hi\n\nassistant: Hello.",
        "question": "Who?",
        "steps": "",
        "answer": "Me.",
        "verdict": "bad",
        "why": "thumbs:up",
        "tier": "gold",
        "sure": "1.00",
    }


def test_what_tools_did_stands_between_question_and_answer() -> None:
    row = write_row(make_agent(), True)
    assert row["question"] == "Wie ist das Wetter in Ås? 🌧"
    assert row["steps"] == 'assistant: get_weather({"city": "Ås", "days": [1, 2]})\n\ntool: 4 degrees'


@pytest.mark.parametrize("text", [*FORMULAS, *FULL_WIDTH, *PIPES, "'=1", "'", "''"])
def test_what_begins_like_a_formula_is_a_text(text: str, tmp_path: Path) -> None:
    assert guard_cell(text).startswith("'")
    write_rows("csv", tmp_path, [make_record(f"{text} ?", answer=f"{text} !")])
    [row] = FORMAT.read(tmp_path, "train", "")
    assert (row["question"], row["answer"]) == (f"{text} ?", f"{text} !")


@pytest.mark.parametrize("text", ["a;=1", "a\n+1", "a\t@x", 'a; "=1', "a\r\n\n=1", "a\n-1", "a;＝1"])
def test_what_would_be_a_formula_where_semicolons_separate_is_a_text(text: str) -> None:
    guarded = guard_cell(text)
    assert not re.search(r"[;\t\r\n][\s\"]*[=+\-@＝]", guarded)
    assert (len(guarded), unguard_cell(guarded)) == (len(text) + 1, text)


@settings(max_examples=count_examples(300), deadline=None)
@given(st.text(st.sampled_from("a ;\t\r\n'\"=+-@|＝"), max_size=9))
def test_taking_the_guards_away_gives_the_text(text: str) -> None:
    guarded = guard_cell(text)
    assert unguard_cell(guarded) == text
    assert not guarded.strip(' "').startswith(("=", "+", "-", "@", "＝"))


@pytest.mark.parametrize("text", ["\n- one\n- two", "a;b", "a - b", "\n---"])
def test_a_list_is_no_formula(text: str) -> None:
    assert guard_cell(f"x{text}") == f"x{text}"


@pytest.mark.parametrize("text", ["", "a", "a=1", "1 + 1", "😀=1", "(=1)", "日本"])
def test_what_does_not_stays_as_it_is(text: str) -> None:
    assert guard_cell(text) == text


def test_the_file_is_as_rfc_4180_says_and_marked_as_utf_8(tmp_path: Path) -> None:
    write_rows("csv", tmp_path, [make_record(text, answer=f"x{text}") for text in HOSTILE])
    content = (tmp_path / "train.csv").read_bytes()
    assert content.startswith(b'\xef\xbb\xbf"time",')
    assert content.endswith(b'"\r\n')
    with (tmp_path / "train.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    assert rows[0] == list(COLUMNS)
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len(rows) == len(HOSTILE) + 1


def test_a_cell_that_a_spreadsheet_would_break_refuses_the_row() -> None:
    part = FORMAT.parts[0]
    assert find_fault(part, make_record("Q?", answer="x" * LONGEST_CELL)) is None
    assert find_fault(part, make_record("Q?", answer="x" * (LONGEST_CELL + 1))) is Reason.TOO_LONG
    assert find_fault(part, make_record("Q?", answer="=" + "x" * (LONGEST_CELL - 1))) is Reason.TOO_LONG
    assert find_fault(part, make_record("Q?", answer="😀" * (LONGEST_CELL // 2 + 1))) is Reason.TOO_LONG


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    write_rows("csv", tmp_path, [])
    assert (tmp_path / "validation.csv").read_text(encoding="utf-8-sig").strip() == ",".join(f'"{c}"' for c in COLUMNS)
    assert list(FORMATS["csv"].read(tmp_path, "validation", "")) == []
