"""`tacit group` as people run it: texts of a file in, the group of each out, with no store and no network."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.cli import main
from config.grouping import clear_progress, tell_progress
from tests.config.platform_process import ROOT
from tests.config.test_detecting import NO_NETWORK, make_environment

TEXTS = {
    "parcel": ["where is my parcel", "my parcel is late", "parcel has not arrived", "track my parcel", "lost parcel"],
    "password": ["reset my password", "forgot password", "password does not work", "new password", "change password"],
}


def write_lines(path: Path) -> Path:
    lines = [
        json.dumps({"id": f"{name}{at}", "text": text})
        for name, texts in TEXTS.items()
        for at, text in enumerate(texts)
    ]
    path.write_text("\n".join([*lines, json.dumps({"id": 7, "text": ""})]))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["group", *map(str, arguments)])


def read(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_each_id_comes_once_in_the_order_of_the_file_with_its_group_and_label(tmp_path: Path) -> None:
    ended = run(write_lines(tmp_path / "texts.jsonl"))
    assert (ended.exit_code, ended.stderr) == (0, "")
    told = read(ended.stdout)
    assert [each["id"] for each in told] == [
        *(f"parcel{at}" for at in range(5)),
        *(f"password{at}" for at in range(5)),
        7,
    ]
    assert {tuple(each) for each in told} == {("id", "group", "label")}
    assert [each["group"] for each in told] == ["1"] * 5 + ["2"] * 5 + [""]
    assert "parcel" in told[0]["label"]
    assert "password" in told[5]["label"]
    assert told[-1]["label"] == ""


def test_no_network_no_store_and_no_settings_are_needed(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "texts.jsonl")
    ended = subprocess.run(
        [sys.executable, "-c", NO_NETWORK, "group", "-"],
        cwd=ROOT,
        env=make_environment(),
        input=gzip.compress(file.read_bytes()),
        capture_output=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    assert len(ended.stdout.splitlines()) == 11


def test_lines_that_cannot_be_read_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    file, out = tmp_path / "texts.jsonl", tmp_path / "out.jsonl"
    lines = [
        '{"id": "a", "text": "x"}',
        '{"id": "a", "text": "y"}',
        "{",
        '{"id": true, "text": ""}',
        '{"id": 1}',
        "[2]",
    ]
    file.write_text("\n".join(lines))
    ended = run(file, "--out", out)
    assert ended.exit_code == 1
    assert ended.stderr.splitlines() == [
        f"{file}:2: the id 'a' stands on line 1 already",
        f"{file}:3: the line is no JSON (Expecting property name enclosed in double quotes at character 3)",
        f"{file}:4: id is True; text was expected",
        f"{file}:5: text is None; text was expected",
        f'{file}:6: the line is [2]; {{"id", "text"}} was expected',
        "tacit: 5 left out, named above.",
    ]
    assert read(out.read_text()) == [{"id": "a", "group": "", "label": ""}]


def test_an_empty_file_gives_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    ended = run(tmp_path / "empty")
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, "", "")


def test_the_output_is_whole_or_not_there(tmp_path: Path) -> None:
    ended = run(write_lines(tmp_path / "texts.jsonl"), "--out", tmp_path / "no" / "out.jsonl")
    assert ended.exit_code == 2
    assert "Cannot write" in ended.stderr


def test_a_terminal_is_told_how_far_it_is_and_nothing_else_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_progress(20_000, 4_096)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    tell_progress(20_000, 4_096)
    clear_progress()
    assert capsys.readouterr().err == "\r\033[K4,096 different texts of 20,000 read …\r\033[K"
