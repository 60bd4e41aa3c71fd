"""The examples that we show are run."""

import doctest
import importlib
import re
from pathlib import Path

import pytest
import tacit

README = Path(__file__).parents[1] / "README.md"


def test_the_session_of_the_readme_runs() -> None:
    results = doctest.testfile(str(README), module_relative=False, encoding="utf-8")
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize(
    "name",
    [
        "tacit.context",
        "tacit.feedback",
        "tacit.masks",
        "tacit.prompts",
        "tacit.pipe",
        "tacit.sampling",
        "tacit.testing",
    ],
)
def test_the_examples_of_docstrings_run(name: str) -> None:
    results = doctest.testmod(importlib.import_module(name))
    assert results.attempted > 0
    assert results.failed == 0


def test_the_readme_tells_of_every_public_name() -> None:
    text = README.read_text(encoding="utf-8")
    assert [name for name in tacit.__all__ if f"`{name}(" not in text and f"`@{name}" not in text] == []


def test_the_readme_tells_of_every_variable() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(tacit.__file__).parent.rglob("*.py"))
    variables = set(re.findall(r"\bTACIT_[A-Z_]+|\bOTEL_[A-Z_]+[A-Z]\b", source)) - {"OTEL_EXPORTER_OTLP_TRACES_"}
    table = README.read_text(encoding="utf-8").partition("## Settings")[2]
    assert {"TACIT_EXIT_TIMEOUT", "TACIT_CAPTURE_CONTENT", "OTEL_BSP_MAX_QUEUE_SIZE"} <= variables
    assert [name for name in sorted(variables) if f"`{name}" not in table] == []
