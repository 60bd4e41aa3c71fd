"""What a user's type checker makes of `@tacit.observe`, and whether the SDK is sound for every Python it supports."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[1] / "src"
CACHE = Path(__file__).parents[3] / ".mypy_cache"
APP = """
from collections.abc import AsyncIterator, Iterator
import tacit

@tacit.observe
def function(question: str, *, limit: int = 3) -> list[str]:
    return [question] * limit

@tacit.observe(name="ask", kind="llm", redact=str.upper)
async def coroutine(question: str) -> str:
    return question

@tacit.observe(kind="llm", capture_output=False)
def generator(question: str) -> Iterator[str]:
    yield question

@tacit.observe()
async def async_generator(question: str) -> AsyncIterator[str]:
    yield question

class Bot:
    @tacit.observe
    def method(self, question: str) -> str:
        return question

    @classmethod
    @tacit.observe(kind="tool")
    def above(cls, question: str) -> int:
        return 1

    @tacit.observe
    @classmethod
    def beneath(cls, question: str) -> "Bot":
        return cls()

    @staticmethod
    @tacit.observe
    def static(question: str) -> bytes:
        return question.encode()

    def __call__(self, question: str) -> float:
        return 1.0

reveal_type(function)
reveal_type(coroutine)
reveal_type(generator)
reveal_type(async_generator)
reveal_type(Bot().method)
reveal_type(Bot.above)
reveal_type(Bot.beneath("q"))
reveal_type(Bot.static)
reveal_type(tacit.observe(Bot())("q"))
with tacit.span("rerank", kind="retriever", input={"k": 3}) as block:
    reveal_type(block.set_output("page"))
    returned = function("q")
reveal_type(returned)
"""
REVEALED = [
    "def (question: str, *, limit: int =) -> list[str]",
    "def (question: str) -> Coroutine[Any, Any, str]",
    "def (question: str) -> Iterator[str]",
    "def (question: str) -> AsyncIterator[str]",
    "def (question: str) -> str",
    "def (question: str) -> int",
    "Bot",
    "def (question: str) -> bytes",
    "float",
    "None",
    "list[str]",
]
MISTAKES = """
import tacit

@tacit.observe
def answer(question: str) -> str:
    return question

answer(3)
answer("q", "r")
answer("q").real
tacit.observe(kind="model")
tacit.observe(redact=len)
tacit.span("s", kind="model")
"""


def run_mypy(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", "--config-file=", f"--cache-dir={CACHE}", "--strict", *arguments]
    return subprocess.run(
        command, cwd=SOURCES.parent, env={"MYPYPATH": str(SOURCES)}, capture_output=True, text=True, timeout=300
    )


def check(tmp_path: Path, source: str) -> str:
    file = tmp_path / "app.py"
    file.write_text(source)
    return run_mypy(str(file)).stdout


def test_signatures_and_types_are_kept(tmp_path: Path) -> None:
    said = check(tmp_path, APP)
    revealed = [shorten(text) for text in re.findall(r'Revealed type is "(.*)"', said)]
    assert revealed == REVEALED, said
    assert "error:" not in said


def shorten(text: str) -> str:
    """Names without their modules, which differ between versions of mypy."""
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", text).replace("= ...", "=")


def test_wrong_calls_of_observed_functions_are_told(tmp_path: Path) -> None:
    said = check(tmp_path, MISTAKES)
    lines = {int(line) for line in re.findall(r"app\.py:(\d+): error", said)}
    assert lines == {8, 9, 10, 11, 12, 13}, said


@pytest.mark.parametrize(
    "version",
    [
        "3.10",
        "3.14",
        *(pytest.param(version, marks=pytest.mark.slow) for version in ("3.11", "3.12", "3.13")),
    ],
)
def test_the_sdk_is_sound_in_every_python(version: str) -> None:
    ended = run_mypy("--no-warn-unused-ignores", f"--python-version={version}", "-p", "tacit")
    assert ended.returncode == 0, ended.stdout + ended.stderr
