"""Regression cases in Promptfoo itself, against a model that repeats each failure and against one that was mended."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feedback.review.regressions.choosing import choose_cases
from feedback.review.regressions.files import write_files
from tests.feedback.datasets.specimens import HOSTILE
from tests.feedback.review.regressions.endpoint import serve_model
from tests.feedback.review.regressions.failing import ALL, BETTERED, MENDED, TITLE, fail
from tests.parts import need
from tests.recipes.environments import make_node_environment
from tests.trainers.running import LONGEST_SECONDS, PROMPTFOO, QUIET

pytestmark = pytest.mark.slow
SECRET = "a secret of the machine"
TOOL = {
    "type": "function",
    "function": {"name": "look_up", "description": f"{HOSTILE[0]} {HOSTILE[1]}", "parameters": {}},
}
HOSTILE_CASES = [
    fail(f"h{number}", f"{text} {number}", text, "complaint", better_answer="Quite another answer.", system=text)
    for number, text in enumerate(HOSTILE)
]
WITH_TOOL = fail("t1", "Who was first?", "Nobody knows that.", "complaint", better_answer="It was Ada.", tools=(TOOL,))


def evaluate(folder: Path, work: Path, url: str) -> tuple[int, Any]:
    """The exit code, and what was written. The endpoint is on this machine, so the network is not cut."""
    program = make_node_environment(PROMPTFOO).directory / "node_modules/promptfoo/dist/src/entrypoint.js"
    out = work / "told.json"
    options = ["--no-cache", "--no-write", "--no-table", "--no-progress-bar", "-o", str(out)]
    asked = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "key", "MODEL": "next", "SECRET": SECRET}
    command = ["node", str(program), "eval", "-c", str(folder / "promptfooconfig.yaml"), *options]
    done = subprocess.run(
        command,
        cwd=work,
        env={**os.environ, **QUIET, "PROMPTFOO_CONFIG_DIR": str(work / "promptfoo"), **asked},
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert out.is_file(), f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.returncode, json.loads(out.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("answer", "code"),
    [(lambda case: case["bad_answer"], 100), (lambda case: MENDED[case["checks"][0]["kind"]], 0)],
    ids=["repeats", "mended"],
)
def test_the_exit_code_says_whether_a_failure_came_back(
    tmp_path: Path, answer: Callable[[Any], str], code: int
) -> None:
    need("npm", shutil.which("npm"))
    folder = tmp_path / "cases"
    folder.mkdir()
    write_files(folder, choose_cases(ALL), {})
    cases = [json.loads(line) for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()]

    def reply(body: dict[str, Any]) -> str:
        [case] = [case for case in cases if case["messages"] == body["messages"]]
        return answer(case)

    with serve_model(reply) as url:
        ended, results = evaluate(folder, tmp_path, url)
    stats = results["results"]["stats"]
    assert (ended, stats["errors"]) == (code, 0)
    assert stats["successes" if code == 0 else "failures"] == len(ALL)
    if code:
        reasons = {each["gradingResult"]["reason"] for each in results["results"]["results"]}
        assert f"{TITLE}: it does not say “Canberra”" in reasons


def test_hostile_texts_reach_the_model_as_they_were_said(tmp_path: Path) -> None:
    need("npm", shutil.which("npm"))
    folder = tmp_path / "cases"
    asked: list[dict[str, Any]] = []
    folder.mkdir()
    chosen = choose_cases([*HOSTILE_CASES, BETTERED, WITH_TOOL])
    write_files(folder, chosen, {})

    def reply(body: dict[str, Any]) -> str:
        asked.append(body)
        return "Quite another answer."

    with serve_model(reply) as url:
        _, results = evaluate(folder, tmp_path, url)
    sent = sorted(json.dumps(body["messages"]) for body in asked)
    assert sent == sorted(json.dumps(case.messages) for case in chosen.cases)
    assert len(sent) > len(HOSTILE) - 3
    assert SECRET not in json.dumps(results)
    [tools] = [body["tools"] for body in asked if "tools" in body]
    assert tools == [TOOL]
