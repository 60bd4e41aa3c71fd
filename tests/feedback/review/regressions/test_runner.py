"""The pytest module that goes out, run as its users run it, in a process of its own: against models that repeat a
failure and against one that was mended."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feedback.review.regressions.choosing import choose_cases
from feedback.review.regressions.files import write_files
from tests.feedback.datasets.specimens import ORDER_TOOL
from tests.feedback.review.regressions.endpoint import Answer, serve_model
from tests.feedback.review.regressions.failing import ALL, MENDED, TITLE, fail


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    write_files(tmp_path, choose_cases(ALL), {})
    return tmp_path


def read_cases(directory: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (directory / "cases.jsonl").read_text(encoding="utf-8").splitlines()]


def run_pytest(directory: Path, url: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """With what the machine has alone: none of Tacit's modules, settings or plugins."""
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    asked = {"OPENAI_BASE_URL": url, "MODEL": "next"} if url else {}
    return subprocess.run(
        [sys.executable, "-I", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs", "test_regressions.py"],
        cwd=directory,
        env={**known, **asked, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answer_as(directory: Path, choose: Callable[[dict[str, Any]], str]) -> Answer:
    """Knows a case by its messages: whatever stands in them arrives as it was said."""
    cases = read_cases(directory)

    def answer(body: dict[str, Any]) -> str:
        [case] = [case for case in cases if case["messages"] == body["messages"]]
        return choose(case)

    return answer


def repeat(case: dict[str, Any]) -> str:
    return str(case["bad_answer"])


def mend(case: dict[str, Any]) -> str:
    return MENDED[case["checks"][0]["kind"]]


def test_a_model_that_repeats_the_failure_fails_and_the_failure_mode_is_named(directory: Path) -> None:
    with serve_model(answer_as(directory, repeat)) as url:
        ended = run_pytest(directory, url)
    assert ended.returncode == 1, ended.stdout
    assert f"{TITLE}: CAME BACK in 8 of 8 cases" in ended.stdout
    assert "its user said that “Canberra” is right" in ended.stdout


def test_a_mended_model_passes(directory: Path) -> None:
    with serve_model(answer_as(directory, mend)) as url:
        ended = run_pytest(directory, url)
    assert ended.returncode == 0, ended.stdout
    assert f"{TITLE}: did not come back (8 cases)" in ended.stdout


def test_what_models_and_users_say_gives_no_orders_to_ci(directory: Path) -> None:
    with serve_model(lambda _body: "I'm sorry\n::error::stop\n\x1b[2J##[group]x") as url:
        ended = run_pytest(directory, url)
    lines = ended.stdout.splitlines()
    assert any(": :error: :stop" in line for line in lines)
    assert not [line for line in lines if line.lstrip().startswith("::") or "##[" in line or "\x1b" in line]


def test_without_an_endpoint_it_says_what_to_set(directory: Path) -> None:
    ended = run_pytest(directory, "")
    assert (ended.returncode, "Set OPENAI_BASE_URL and MODEL" in ended.stdout) == (0, True)


def test_without_cases_nothing_passes(directory: Path) -> None:
    (directory / "cases.jsonl").write_text("")
    assert run_pytest(directory, "http://127.0.0.1:9/v1").returncode not in (0, 5)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """One case, with instructions and a tool."""
    given: dict[str, Any] = {"reaction": "No, Canberra.", "system": "Old.", "tools": (ORDER_TOOL,)}
    failure = fail("s", "Capital of Australia?", "It is Sydney.", "correction", **given)
    write_files(tmp_path, choose_cases([failure]), {})
    return tmp_path


def test_an_endpoint_that_is_busy_is_asked_again(one: Path) -> None:
    asked: list[dict[str, Any]] = []

    def answer(body: dict[str, Any]) -> str | int:
        asked.append(body)
        return 429 if len(asked) == 1 else "Canberra"

    with serve_model(answer) as url:
        ended = run_pytest(one, url)
    assert (ended.returncode, len(asked)) == (0, 2), ended.stdout


def test_an_endpoint_that_refuses_is_an_error_and_no_failure_that_came_back(one: Path) -> None:
    with serve_model(lambda _body: 401) as url:
        ended = run_pytest(one, url)
    assert ended.returncode == 1
    assert "answered 401" in ended.stdout
    assert "CAME BACK" not in ended.stdout


def test_other_instructions_are_tried_and_tools_are_told_but_not_used(one: Path, tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []

    def answer(body: dict[str, Any]) -> str:
        asked.append(body)
        return "Canberra"

    (tmp_path / "new.txt").write_text("New.", encoding="utf-8")
    with serve_model(answer) as url:
        assert run_pytest(one, url, SYSTEM_PROMPT_FILE="new.txt", TEMPERATURE="0.5").returncode == 0
    [body] = asked
    assert [each["content"] for each in body["messages"]] == ["New.", "Capital of Australia?"]
    assert (body["tools"][0]["function"]["name"], body["tool_choice"]) == ("find_order", "none")
    assert body["temperature"] == 0.5


@pytest.mark.parametrize(("share", "code"), [("0.5", 0), ("1", 1)])
def test_of_several_answers_a_share_has_to_pass(one: Path, share: str, code: int) -> None:
    answers = iter(["Canberra", "Sydney", "Canberra", "Sydney"])
    with serve_model(lambda _body: next(answers)) as url:
        assert run_pytest(one, url, SAMPLES="4", PASS_SHARE=share).returncode == code
