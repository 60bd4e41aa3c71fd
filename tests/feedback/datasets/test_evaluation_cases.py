"""Evaluation cases; `tests/trainers/` runs them by Promptfoo itself."""

import json
from pathlib import Path

import pytest
import yaml

from feedback.datasets.evaluation_cases import CASES, GOOD, write_inert, write_row
from feedback.datasets.record import Record
from tests.feedback.datasets.dialogue import Dialogue
from tests.feedback.datasets.specimens import HOSTILE, make_agent, make_record, write_rows


def test_a_case_asks_the_same_and_is_judged_by_the_answer_that_was_found_good() -> None:
    row = write_row(make_record("Q?", answer="A."), False)
    assert row == {
        "description": "An answer that its user found good",
        "vars": {"messages": '[{"role": "user", "content": "Q?"}]', "answer": '"A."'},
        "assert": GOOD,
        "metadata": {"verdict": "good"},
    }


def test_an_answer_that_was_found_bad_must_not_come_again() -> None:
    row = write_row(make_record("Q?", answer="A.", label=False), False)
    assert [each["type"] for each in row["assert"]] == ["javascript", "llm-rubric"]
    assert "found bad" in row["assert"][1]["value"]


def test_tools_are_told_as_the_model_takes_them() -> None:
    said = write_row(make_agent(), True)["vars"]
    assert json.loads(said["tools"])[0]["function"]["name"] == "get_weather"
    [call] = json.loads(said["messages"])[1]["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"city": "Ås", "days": [1, 2]}


@pytest.mark.parametrize("text", [*HOSTILE, "{{", "{%", "{#", "}}", "%}", "#}", "{", '"{', "\\{{x}}"])
def test_no_template_and_no_address_begins_in_what_was_said(text: str) -> None:
    record = make_record(text, answer=text, tools=({"name": "x", "parameters": {text: [text, {}]}},))
    for value in write_row(record, True)["vars"].values():
        assert not any(sign in value for sign in ("{{", "{%", "{#", "%}", "#}"))
        assert not value.startswith(("file:", "package:"))


@pytest.mark.parametrize("value", [{}, [], {"a{": [{"b}": "{{x}}"}]}, None, True, 1.5, "{"])
def test_inert_json_reads_as_what_it_says(value: object) -> None:
    assert json.loads(write_inert(value)) == value


def test_the_configuration_runs_both_files(tmp_path: Path) -> None:
    write_rows("evals", tmp_path, [make_record()])
    config = yaml.safe_load((tmp_path / "promptfooconfig.yaml").read_text())
    assert config["prompts"] == ["{{ messages }}"]
    assert config["tests"] == ["file://train.jsonl", "file://validation.jsonl"]


def test_praised_answers_are_examples_and_others_are_as_they_were_rated() -> None:
    dialogue = Dialogue().ask("one?", "good").ask("two?", "bad").ask("three?", "unseen")
    chosen = list(CASES.select(dialogue.thumb(0, "up").thumb(1, "down").finish()))
    assert [each.label if isinstance(each, Record) else each.reason.code for each in chosen] == [
        True,
        False,
        "not_judged",
    ]
