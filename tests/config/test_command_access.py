"""What commands do is in the audit log once, whether a server runs or not; a project that is not there is told."""

import getpass
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from config.importing import CannotImportError, find_access
from config.reprocessing import CannotReprocessError, find_accesses
from tests.config.platform_process import run_platform, run_tacit
from tracing.models import Project

TURNS = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]


def run_commands(directory: Path, log: Path, out: Path) -> None:
    for arguments in (
        ("import", "jsonl", str(log)),
        ("import", "jsonl", str(log), "--dry-run"),
        ("export", "--format", "trl-sft", "--out", str(out)),
        ("reprocess", "--stop"),
    ):
        ended = run_tacit(directory, *arguments)
        assert ended.returncode == 0, (arguments, ended.stderr)


def count_entries(entries: list[dict[str, Any]]) -> Counter[str]:
    assert {(each["kind"], each["who"]) for each in entries} == {("command", f"{getpass.getuser()}, by a command")}
    return Counter(each["action"] for each in entries)


def test_commands_are_in_the_audit_log_once_with_the_server_and_without_it(tmp_path: Path) -> None:
    directory, log = tmp_path / "data", tmp_path / "log.jsonl"
    log.write_text(json.dumps({"conversation_id": "c", "turns": TURNS}) + "\n")
    run_commands(directory, log, tmp_path / "before")
    once = {"import": 1, "download_export": 1, "stop_reprocessing": 1}
    with run_platform(directory) as platform:
        entries = platform.get_json("audit")["items"]
        assert count_entries(entries) == once
        told = {each["action"]: (each["target"], each["details"]) for each in entries}
        assert told["import"] == ("jsonl", {"file": "log.jsonl", "records": 1, "spans": 1})
        assert told["download_export"][0] == "trl-sft"
        run_commands(directory, log, tmp_path / "while")
        by_server = {"import": 1, "stop_reprocessing": 1, "add_export": 1, "download_export_archive": 1}
        expected = Counter(once) + Counter(by_server | {"delete_export": 1})
        assert count_entries(platform.get_json("audit")["items"]) == expected


@pytest.mark.parametrize("slug", ["nowhere", "no\0where", ""])
def test_a_project_that_is_not_there_is_told(project: Project, slug: str) -> None:
    with pytest.raises(CannotImportError, match="There is no project"):
        find_access(slug)
    if slug:
        with pytest.raises(CannotReprocessError, match="There is no project"):
            find_accesses(slug)


def test_an_export_of_no_project_is_told(tmp_path: Path) -> None:
    ended = run_tacit(
        tmp_path / "data", "export", "--format", "trl-sft", "--out", str(tmp_path), "--project", "nowhere"
    )
    assert (ended.returncode, ended.stderr) == (2, "tacit: There is no project 'nowhere'.\n")
