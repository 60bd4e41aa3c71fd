"""`tacit export` of many conversations: killed servers go on, interrupted commands stop, options decide rows."""

import json
import random
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from config.exporting import CannotExportError, InterruptedExportError, Wish, check_wish, stopped_by_interruption
from tests.config.platform_process import ROOT, TACIT, Platform, make_environment, run_platform, run_tacit

COUNT = 1_500
LETTERS = "abcdefghijklmnopqrstuvwxyz"
FILES = ("train.jsonl", "validation.jsonl", "provenance.jsonl", "manifest.json")


def write_words(chance: random.Random, count: int) -> str:
    return " ".join("".join(chance.choices(LETTERS, k=5)) for _ in range(count))


def write_log(path: Path) -> None:
    """Conversations with a thumb each, no two alike, minutes apart."""
    chance = random.Random(7)  # noqa: S311 -- no secret
    with path.open("w") as file:
        for number in range(COUNT):
            turns = [
                {"role": "user", "content": f"What is {write_words(chance, 8)}?"},
                {"role": "assistant", "content": f"It is {write_words(chance, 30)}.", "feedback": "up"},
            ]
            told = {"conversation_id": f"c-{number}", "user_id": f"u-{number % 500}", "turns": turns}
            file.write(json.dumps(told | {"time": 1_763_000_000 + 97 * number}) + "\n")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which so many liked conversations are."""
    directory = tmp_path_factory.mktemp("many")
    write_log(directory / "log.jsonl")
    ended = run_tacit(directory / "data", "import", "jsonl", str(directory / "log.jsonl"), timeout=300)
    assert ended.returncode == 0, ended.stderr
    with run_platform(directory / "data") as platform:
        wait_for(lambda: platform.get_json("stats")["signals"] >= COUNT, 300)
        assert platform.end() == 0
    return directory / "data"


def wait_for(come_true: Any, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not come_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def list_keys(data: Path) -> set[str]:
    """Of the versions that have a directory."""
    root = data / "datasets"
    return {each.name for each in root.iterdir() if each.is_dir()} if root.is_dir() else set()


def ask(platform: Platform, method: str, path: str, body: Any = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{platform.url}/api/v1/{path}", content, method=method)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        told = answer.read()
    return json.loads(told) if told else None


def read_export(directory: Path, out: Path, *more: str) -> dict[str, str]:
    ended = run_tacit(directory, "export", "--format", "trl-kto", "--out", str(out), *more, timeout=300)
    assert ended.returncode == 0, ended.stderr
    return {name: (out / name).read_text() for name in FILES}


@pytest.mark.slow
def test_a_build_that_is_killed_ends_with_the_same_bytes(data: Path, tmp_path: Path) -> None:
    with run_platform(data) as platform:
        key = ask(platform, "POST", "exports", {"format": "trl-kto"})["key"]
        wait_for(lambda: 0 < ask(platform, "GET", f"exports/{key}")["done"] < COUNT)
        assert ask(platform, "GET", f"exports/{key}")["state"] == "collecting"
        platform.end(signal.SIGKILL)
    kept = set((data / "datasets" / key / "work" / "chunks").iterdir())
    assert kept
    with run_platform(data) as platform:
        wait_for(lambda: ask(platform, "GET", f"exports/{key}")["state"] == "built", 300)
        killed = {name: (data / "datasets" / key / "files" / name).read_text() for name in FILES}
        undisturbed = read_export(data, tmp_path / "again")
    assert killed == undisturbed
    assert json.loads(killed["manifest.json"])["rows"] > COUNT / 2
    assert read_export(data, tmp_path / "alone") == undisturbed


@pytest.mark.slow
def test_whoever_interrupts_the_command_stops_the_server_too(data: Path, tmp_path: Path) -> None:
    with run_platform(data) as platform:
        before = list_keys(data)
        command = [*TACIT, "export", "--format", "trl-kto", "--out", str(tmp_path / "out")]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=make_environment(data),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # shells ignore it behind `&`
        )
        wait_for(lambda: any((data / "datasets").glob("*/work/chunks/*")))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
        assert process.returncode != 0
        assert said.splitlines()[-1].startswith("tacit: Interrupted: nothing was written")
        assert not (tmp_path / "out").exists()
        wait_for(lambda: list_keys(data) <= before)
        assert platform.end() == 0


@pytest.mark.slow
def test_a_dataset_by_its_name_with_the_server_and_without_it(data: Path, tmp_path: Path) -> None:
    named = ("export", "--dataset", "Liked", "--out")
    with run_platform(data) as platform:
        definition = {"format": "trl-sft", "most_per_user": 2}
        ask(platform, "POST", "datasets", {"name": "Liked", "definition": definition})
        first = run_tacit(data, *named, str(tmp_path / "first"), timeout=300)
        assert first.returncode == 0, first.stderr
        assert "reads conversations" in first.stderr
    second = run_tacit(data, *named, str(tmp_path / "second"), timeout=300)
    assert second.returncode == 0, second.stderr
    again = run_tacit(data, *named, str(tmp_path / "again"), "--version", "1")
    assert again.returncode == 0, again.stderr
    rows = [(tmp_path / name / "train.jsonl").read_bytes() for name in ("first", "second", "again")]
    assert rows[0] == rows[1] == rows[2]
    manifests = [json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("first", "second", "again")]
    assert [each["version"] for each in manifests] == [1, 2, 1]
    assert manifests[1]["parent"] == manifests[0]["id"]
    missing = run_tacit(data, *named, str(tmp_path / "x"), "--version", "9")
    assert (missing.returncode, missing.stderr) == (2, "tacit: There is no version 9 of 'Liked' with files.\n")


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish("default"), "--format or --dataset"),
        (Wish("default", {"format": "none"}), "choose one of trl-sft"),
        (Wish("default", {"format": "trl-sft", "tier": "gold"}, dataset="Liked"), "has its own definition"),
        (Wish("default", {"format": "trl-sft"}, version=1), "name one with --dataset"),
        (Wish("default", {"format": "trl-sft", "confidence": 0.2}), "confidence has to be from 0.5 to 1"),
        (Wish("default", {"format": "trl-sft", "filter": "modle:x"}), "did you mean `model`"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_begun(wish: Wish, words: str) -> None:
    with pytest.raises(CannotExportError, match=words):
        check_wish(wish)


def test_an_interruption_stops_what_is_built() -> None:
    stopped: list[int] = []
    with pytest.raises(InterruptedExportError), stopped_by_interruption(lambda: stopped.append(1)):
        raise KeyboardInterrupt
    assert stopped == [1]


def test_options_decide_which_rows_there_are(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So.", "feedback": "up"}]
    (tmp_path / "log.jsonl").write_text(json.dumps({"conversation_id": "c", "turns": turns}) + "\n")
    (tmp_path / "judged.txt").write_text("So.\n")
    data, out = tmp_path / "data", tmp_path / "out"
    assert run_tacit(data, "import", "jsonl", str(tmp_path / "log.jsonl")).returncode == 0
    options = ("--tier", "gold", "--languages", "en,de", "--seed", "7", "--match-lengths", "--most-per-user", "3")
    given = ("--evaluation-set", str(tmp_path / "judged.txt"), "--licence", "CC0-1.0", "--personal-data", "drop")
    ended = run_tacit(data, "export", "--format", "trl-kto", "--out", str(out), *options, *given)
    assert ended.returncode == 0, ended.stderr
    definition = json.loads((out / "manifest.json").read_text())["definition"]
    expected = {"tier": "gold", "languages": ["de", "en"], "seed": 7, "match_lengths": True, "most_per_user": 3}
    assert definition | expected | {"evaluation_sets": [1], "licence": "CC0-1.0", "personal_data": "drop"} == definition
