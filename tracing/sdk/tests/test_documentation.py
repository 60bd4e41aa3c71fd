"""The examples that we show are run."""

import doctest
import importlib
from pathlib import Path

import pytest
import tacit

README = Path(__file__).parents[1] / "README.md"


def test_the_session_of_the_readme_runs() -> None:
    results = doctest.testfile(str(README), module_relative=False, encoding="utf-8")
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize("name", ["tacit.context", "tacit.feedback", "tacit.masks", "tacit.prompts"])
def test_the_examples_of_docstrings_run(name: str) -> None:
    results = doctest.testmod(importlib.import_module(name))
    assert results.attempted > 0
    assert results.failed == 0


def test_the_readme_tells_of_every_public_name() -> None:
    text = README.read_text(encoding="utf-8")
    assert [name for name in tacit.__all__ if f"`{name}(" not in text and f"`@{name}" not in text] == []
