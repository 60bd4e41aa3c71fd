"""What an answer was made with comes in, as detectors read it; what a chat folds above the answer goes out: its tools
in order, what the model thought, and which tools it was offered and left alone."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.detectors.material import Material
from feedback.detectors.targets import Target, list_targets
from feedback.detectors.tool_results import judge_result
from feedback.detectors.tool_uses import ToolUse, list_definitions, list_tool_uses
from tracing.generations import Generation
from tracing.waterfall import set_out

LONGEST_LINE = 120
LONGEST_VALUE = 4_000
LONGEST_THOUGHT = 8_000
MOST_TOOLS = 40
THOUGHT_PARTS = frozenset({"reasoning", "thinking", "redacted_thinking", "reasoning_content"})
THOUGHT_KEYS = ("content", "text", "thinking", "reasoning", "summary")
FAILURES = {"error": "failed", "timeout": "timed out", "empty": "found nothing"}


@dataclass(frozen=True, slots=True)
class ShownTool:
    """One use of a tool: a line, and what is folded below it."""

    name: str
    line: str
    """Its arguments, on one line."""
    arguments: str
    result: str | None
    """None where nobody told it."""
    failure: str
    """In words; empty where it worked."""
    duration_ns: int | None

    @property
    def is_broken(self) -> bool:
        """Whether it failed; one that found nothing worked."""
        return self.failure not in ("", FAILURES["empty"])


@dataclass(frozen=True, slots=True)
class Workings:
    tools: tuple[ShownTool, ...] = ()
    left_out: int = 0
    """Uses of tools that are not shown."""
    thought: str = ""
    """What the model thought before it answered, where it was told."""
    not_called: tuple[str, ...] = ()
    """Tools that it was offered and that nothing called."""


NOTHING = Workings()
AnswerKey = tuple[int, int]
"""Index of a turn, and which of its answers, from 0."""


def list_workings(material: Material) -> dict[AnswerKey, Workings]:
    """Of each answer that anything is known of."""
    found = {target.key: show_workings(material, target) for target in list_targets(material.conversation)}
    return {key: workings for key, workings in found.items() if workings != NOTHING}


def show_workings(material: Material, target: Target) -> Workings:
    calls = material.calls_of(target.answer)
    uses = list_tool_uses(material, target)
    called = {use.name for use in uses}
    offered = dict.fromkeys(name for call in calls for name in list_definitions(call))
    return Workings(
        tools=tuple(show_tool(use) for use in uses[:MOST_TOOLS]),
        left_out=max(0, len(uses) - MOST_TOOLS),
        thought=shorten("\n\n".join(list_thoughts(calls)), LONGEST_THOUGHT),
        not_called=tuple(name for name in offered if name not in called),
    )


def show_tool(use: ToolUse) -> ShownTool:
    given = use.arguments
    return ShownTool(
        name=use.name,
        line=write_line(given),
        arguments=shorten(set_out(given) if isinstance(given, str) else write_json(given, indent=2), LONGEST_VALUE),
        result=None if use.result is None else shorten(set_out(use.result), LONGEST_VALUE),
        failure=FAILURES.get(judge_result(use)[0], ""),
        duration_ns=use.run.duration_ns if use.run else None,
    )


def write_line(given: Any) -> str:
    """Arguments as a reader would say them.

    >>> write_line({"order": 48112, "note": "two\\nlines"}), write_line("all"), write_line({})
    ('order: 48112, note: "two lines"', 'all', '')
    """
    if isinstance(given, Mapping):
        told = ", ".join(f"{name}: {write_json(value)}" for name, value in list(given.items())[:20])
    else:
        told = given if isinstance(given, str) else write_json(given)
    line = " ".join(told.replace("\\n", " ").split())
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


def write_json(value: Any, indent: int | None = None) -> str:
    return "" if value in (None, {}) else json.dumps(value, ensure_ascii=False, default=str, indent=indent)


def list_thoughts(calls: Iterable[Generation]) -> Iterator[str]:
    parts = (part for call in calls for message in call.output_messages for part in message.parts)
    for part in parts:
        if part.get("type") in THOUGHT_PARTS:
            yield from (text.strip() for text in read_thought(part) if text.strip())


def read_thought(part: Mapping[str, Any]) -> Sequence[str]:
    """The text of a part, wherever its writer puts it: once, or in pieces."""
    told = next((part[key] for key in THOUGHT_KEYS if part.get(key)), "")
    if isinstance(told, str):
        return [told]
    pieces = told if isinstance(told, list) else []
    return [text for each in pieces if isinstance(each, Mapping) and isinstance(text := each.get("text"), str)]


def shorten(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}… ({len(text):,} characters)"
