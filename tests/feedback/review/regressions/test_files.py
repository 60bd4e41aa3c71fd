"""The files of cases: whole, the same every time, and with nothing in them that runs."""

import ast
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from feedback.review.regressions.choosing import Chosen, choose_cases
from feedback.review.regressions.files import SHIPPED, write_files
from tests.feedback.datasets.specimens import HOSTILE, ORDER_TOOL
from tests.feedback.review.regressions.failing import ALL, TITLE, fail


def write(directory: Path) -> dict[str, bytes]:
    directory.mkdir()
    write_files(directory, choose_cases([*ALL, fail("x", "Why?", "So.", "complaint")]), {"project": "shop"})
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def test_the_same_failures_give_the_same_bytes(tmp_path: Path) -> None:
    assert write(tmp_path / "one") == write(tmp_path / "two")


def test_the_manifest_tells_what_was_made_and_left_out(tmp_path: Path) -> None:
    files = write(tmp_path / "out")
    manifest = json.loads(files["manifest.json"])
    assert manifest["project"] == "shop"
    assert manifest["failure_modes"] == [{"number": 3, "title": TITLE, "cases": 8, "left_out": {"no_check": 1}}]
    assert list(manifest["reasons"]) == ["no_check"]
    told = {name: each["sha256"] for name, each in manifest["files"].items()}
    assert told == {name: hashlib.sha256(each).hexdigest() for name, each in files.items() if name != "manifest.json"}


def test_no_case_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no case"):
        write_files(tmp_path, Chosen(), {})


def test_what_runs_is_the_same_whatever_the_cases_say(tmp_path: Path) -> None:
    files = write(tmp_path / "out")
    assert all(files[name] == path.read_bytes() for name, path in SHIPPED.items())


@pytest.mark.parametrize("name", ["checks.py", "test_regressions.py"])
def test_what_goes_out_needs_nothing_but_python_and_pytest(name: str) -> None:
    tree = ast.parse(SHIPPED[name].read_text(encoding="utf-8"))
    modules = [each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]
    modules += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {module.split(".")[0] for module in modules} <= {
        *("collections", "functools", "importlib", "json", "os", "pathlib", "pytest", "re", "time", "types", "typing"),
        *("unicodedata", "urllib"),
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_was_said_is_a_template_or_an_address_to_promptfoo(text: str, tmp_path: Path) -> None:
    failure = fail(
        "h", text, text, "complaint", better_answer="Another answer altogether.", system=text, tools=(ORDER_TOOL,)
    )
    write_files(tmp_path, choose_cases([failure]), {})
    [line] = (tmp_path / "promptfoo.jsonl").read_text(encoding="utf-8").splitlines()
    test = json.loads(line)
    for value in test["vars"].values():
        assert not any(sign in value for sign in ("{{", "{%", "{#", "%}", "#}"))
        assert not value.startswith(("file:", "package:"))
    asked = json.loads(f"[{test['vars']['system']}{test['vars']['dialogue']}]")
    assert [each["content"] for each in asked] == [text, text]
    assert not any(sign in json.dumps({**test, "vars": {}}) for sign in (text, TITLE))


def test_both_configurations_ask_the_endpoint_for_the_same_tests() -> None:
    one, other = (yaml.safe_load(SHIPPED[f"promptfooconfig{name}.yaml"].read_text()) for name in ("", ".rubric"))
    assert one["tests"] == "file://promptfoo.jsonl"
    assert all(one[name] == other[name] for name in ("prompts", "providers", "tests"))
    assert other["defaultTest"]["assert"][0]["type"] == "llm-rubric"


def test_tools_stand_in_a_file_of_which_nothing_is_rendered(tmp_path: Path) -> None:
    given: dict[str, Any] = {"better_answer": "It has left.", "tools": (ORDER_TOOL,)}
    write_files(tmp_path, choose_cases([fail("t", "Where is it?", "Call us.", "complaint", **given)]), {})
    options = json.loads((tmp_path / "promptfoo.jsonl").read_text())["options"]
    tools = json.loads((tmp_path / options["tools"].removeprefix("file://")).read_text())
    assert tools[0]["function"]["name"] == "find_order"
