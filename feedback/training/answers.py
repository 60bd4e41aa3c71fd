"""Labelled answers beside what was asked, written for Tacit (CC0): files of `answer_texts/` in, dialogues out.

A line is `+ request => answer` where the signal is right to fire, `- request => answer` where it is not; before the
request may stand `system: instructions ||` or `params: a JSON object ||`. Rules are written with every other line in
view, the others are held out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feedback.detectors.material import Material
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Generation

TEXTS = Path(__file__).parent / "answer_texts"
KINDS = ("refusal", "apology", "format_failure", "constraint_violation", "language_mismatch")
SECOND_NS = 10**9


@dataclass(frozen=True, slots=True)
class Example:
    """An answer, what was asked, and whether the signal should fire."""

    request: str
    answer: str
    is_fault: bool
    instructions: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


def load_examples(kind: str) -> list[Example]:
    """The examples of a kind, in the order of the file."""
    lines = (TEXTS / f"{kind}.txt").read_text(encoding="utf-8").splitlines()
    return [read_example(line.replace("\\n", "\n")) for line in lines if line]


def read_example(line: str) -> Example:
    """
    >>> read_example("+ json please => no")
    Example(request='json please', answer='no', is_fault=True, instructions='', parameters={})
    """
    asked, answer = line[2:].split(" => ", 1)
    given, _, request = asked.rpartition(" || ")
    instructions = given.removeprefix("system: ") if given.startswith("system: ") else ""
    parameters = json.loads(given.removeprefix("params: ")) if given.startswith("params: ") else {}
    return Example(request, answer, line.startswith("+"), instructions, parameters)


def build_material(example: Example) -> Material:
    """A dialogue whose second turn is the example: an apology is for something that was said before."""
    first = Answer("t1", "s1", "", "completed", "", SECOND_NS, SECOND_NS)
    answer = Answer("t2", "s2", example.answer, "completed", "", 3 * SECOND_NS, SECOND_NS, generation_span_ids=("s2",))
    call = Generation(
        project_id=1,
        trace_id="t2",
        span_id="s2",
        parent_span_id="",
        start_time_ns=answer.start_time_ns,
        duration_ns=answer.duration_ns,
        convention="genai",
        system_instructions=example.instructions,
        parameters=example.parameters,
    )
    turns = (Turn(0, "", first), Turn(1, example.request, answer))
    return Material(Conversation(1, "example", turns), calls={("t2", "s2"): call})
