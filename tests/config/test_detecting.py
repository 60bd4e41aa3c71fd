"""`tacit detect` as people run it: a process of its own, with no store, no settings and no network."""

import gzip
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.cli import main
from tests.config.platform_process import ROOT, TACIT

LIE = "capital of australia?", "Sydney.", "no, that's wrong, it's Canberra"
NO_NETWORK = """
import socket, sys
def refuse(*_, **__): raise AssertionError("it opened a socket")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
sys.argv = ["tacit", *sys.argv[1:]]
from config.cli import main
try:
    main()
finally:
    loaded = [name for name in sys.modules if name.partition(".")[0] in ("clickhouse_connect", "chdb", "celery")]
    assert not loaded, loaded
    from django.conf import settings
    assert not settings.configured
"""


def write_line(name: str, *messages: str) -> str:
    roles = ("user", "assistant")
    turns = [{"role": roles[number % 2], "content": text} for number, text in enumerate(messages)]
    return json.dumps({"conversation_id": name, "turns": turns})


def run(*arguments: object) -> Result:
    """The command in this process: a log of one piece needs no other."""
    return CliRunner().invoke(main, ["detect", *map(str, arguments)])


def make_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("TACIT_", "DJANGO_"))}


def read(output: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """More than one piece of work, in an order that can be seen."""
    return [write_line(f"c{number}", *LIE, "Sorry, it is Canberra.", "thanks!") for number in range(400)]


def test_all_cores_read_and_signals_keep_the_order_of_the_log(lines: list[str], tmp_path: Path) -> None:
    log, out = tmp_path / "log", tmp_path / "out.jsonl"
    log.write_bytes(gzip.compress("\n".join(lines).encode()))
    command = [*TACIT, "detect", str(log), "--fast", "--out", str(out)]
    ended = subprocess.run(command, cwd=ROOT, env=make_environment(), capture_output=True, timeout=120)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
    told = read(out.read_bytes())
    tones = [(each["conversation_id"], each["turn"]) for each in told if each["kind"] == "sentiment"]
    assert tones == [(f"c{number}", turn) for number in range(400) for turn in (2, 4)]
    assert {each.name for each in tmp_path.iterdir()} == {"log", "out.jsonl"}
    assert [each for each in told if each["conversation_id"] == "c9"] == [
        each | {"conversation_id": "c9"} for each in told if each["conversation_id"] == "c399"
    ]


def test_standard_input_is_read_and_no_network_no_store_and_no_settings_are_needed() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", NO_NETWORK, "detect", "-"],
        cwd=ROOT,
        env=make_environment(),
        input=write_line("c", *LIE).encode(),
        capture_output=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    told = read(ended.stdout)
    assert {each["turn"] for each in told} == {2}
    assert "sentiment" in {each["kind"] for each in told}


def test_lines_that_cannot_be_read_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    log, out = tmp_path / "log.jsonl", tmp_path / "out.jsonl"
    good = write_line("good", *LIE).encode()
    log.write_bytes(b"\xef\xbb\xbf" + good + b'\n\n{"turns"\n\xff\n{"conversation_id": "c", "turns": 3}\n[1]\n' + good)
    ended = run(log, "--fast", "--out", out)
    assert ended.exit_code == 1
    assert ended.stderr.splitlines() == [
        f"{log}:3: the line is no JSON (Expecting ':' delimiter at character 10)",
        f"{log}:4: the line is no UTF-8 (invalid start byte at byte 0)",
        f"{log}:5: turns is 3; a list of messages was expected",
        f'{log}:6: the line is [1]; {{"conversation_id", "turns": […]}} was expected',
        "tacit: 4 left out, named above.",
    ]
    assert [each["conversation_id"] for each in read(out.read_bytes()) if each["kind"] == "sentiment"] == ["good"] * 2


def test_a_broken_archive_is_told_after_what_could_be_read(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl.gz"
    packed = gzip.compress((write_line("good", *LIE) + "\n").encode()) + gzip.compress(os.urandom(9_000))[:-4_000]
    log.write_bytes(packed)
    ended = run(log, "--fast")
    assert ended.exit_code == 1
    assert "the gzipped file is broken here" in ended.stderr
    assert "sentiment" in {each["kind"] for each in read(ended.stdout_bytes)}


def test_the_output_is_whole_or_not_there(tmp_path: Path) -> None:
    log, out = tmp_path / "log.jsonl", tmp_path / "no" / "out.jsonl"
    log.write_text(write_line("c", *LIE))
    ended = run(log, "--fast", "--out", out)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr == f"tacit: Cannot write {out} (No such file or directory).\n"
    directory = run(log, "--fast", "--out", tmp_path)
    assert directory.exit_code == 2
    assert directory.stderr.startswith(f"tacit: {tmp_path} is no file")
    assert [each.name for each in tmp_path.iterdir()] == ["log.jsonl"]


def test_a_reader_who_goes_away_ends_it_quietly(lines: list[str], tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(lines))
    with subprocess.Popen(
        [*TACIT, "detect", str(log), "--fast"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode != 0


def test_a_terminal_is_told_how_far_it_has_come(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(write_line("c", *LIE))
    controller, terminal = pty.openpty()
    subprocess.run(
        [*TACIT, "detect", str(log), "--fast"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        check=True,
        timeout=60,
    )
    os.close(terminal)
    shown = os.read(controller, 4096).decode()
    os.close(controller)
    assert "2 messages of 1 conversations" in shown
    assert shown.endswith("\r\n")


def test_a_log_that_is_not_there_is_told() -> None:
    ended = run("nowhere.jsonl")
    assert ended.exit_code == 2
    assert "No such file or directory" in ended.stderr


def test_a_classifier_that_cannot_be_used_is_named(
    lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text('{"id2label": {"0": "LABEL_0"}}')
    (tmp_path / "log.jsonl").write_text(lines[0])
    monkeypatch.setenv("TACIT_TRANSFORMER", str(tmp_path))
    result = run(tmp_path / "log.jsonl")
    assert result.exit_code != 0
    assert f"the labels of {tmp_path} are label_0" in result.output
