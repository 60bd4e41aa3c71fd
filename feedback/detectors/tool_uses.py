"""What an answer's tools were asked and what came back: model calls and runs of tools in, `ToolUse`s in order out.

A use is known from up to three places: the call that a model asked for, the message that gave its result back to the
model, and the span of the run. They are put together by the id of the call, else by name and arguments.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from feedback.detectors.material import Material
from feedback.detectors.targets import Target, list_targets
from tracing.conventions.messages import parse_json
from tracing.generations import Generation, Message, ToolCall
from tracing.tool_runs import ToolRun

SCHEMAS = ("parameters", "input_schema", "inputSchema", "json_schema")
encode_sorted = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


@dataclass(frozen=True, slots=True)
class ToolUse:
    """One use of a tool. What is not known is None."""

    name: str
    arguments: Any
    """Decoded where they are JSON."""
    call_id: str = ""
    asked_by: Generation | None = None
    """The model call that asked for it."""
    result: str | None = None
    run: ToolRun | None = None
    """The span that tells of it."""
    time_ns: int = 0

    @property
    def key(self) -> str:
        """The same for the same tool with the same arguments."""
        return f"{self.name} {encode_sorted(self.arguments)}"

    @property
    def span_id(self) -> str:
        """The span where it can be seen."""
        return self.run.span_id if self.run else self.asked_by.span_id if self.asked_by else ""


def list_used(material: Material) -> Iterator[tuple[Target, list[ToolUse]]]:
    """Each answer for which tools were used, also those that were replaced, with their uses in order."""
    if not material.tool_runs and not any(message.tool_calls for message in list_outputs(material)):
        return
    for target in list_targets(material.conversation):
        if uses := list_tool_uses(material, target):
            yield target, uses


def list_outputs(material: Material) -> Iterator[Message]:
    return (message for call in material.calls.values() for message in call.output_messages)


def list_tool_uses(material: Material, target: Target) -> list[ToolUse]:
    """The uses of tools for an answer, in order."""
    calls = material.calls_of(target.answer)
    traces = {part.trace_id for part in target.answer.parts}
    end_ns = target.answer.end_time_ns
    first_ns = min((part.start_time_ns for part in target.answer.parts), default=0)
    runs = [run for run in material.tool_runs if run.trace_id in traces and first_ns <= run.start_time_ns <= end_ns]
    asked = [use for call in calls for use in list_asked(call)]
    uses = list(add_runs(add_results(asked, calls), runs))
    return sorted(uses, key=lambda use: use.time_ns)


def list_asked(call: Generation) -> Iterator[ToolUse]:
    end_ns = call.start_time_ns + call.duration_ns
    for message in call.output_messages:
        for wanted in message.tool_calls:
            yield ToolUse(wanted.name, read_arguments(wanted), wanted.id, call, time_ns=end_ns)


def read_arguments(wanted: ToolCall) -> Any:
    """The arguments as the model wrote them: what is no object stands under `value`."""
    given = dict(wanted.arguments)
    return given["value"] if given.keys() == {"value"} and isinstance(given["value"], str) else given


def add_results(asked: Sequence[ToolUse], calls: Sequence[Generation]) -> list[ToolUse]:
    """The uses with what the messages of later calls say came back."""
    results: dict[str, str] = {}
    unnamed: list[Message] = []
    for call in calls:
        for message in call.input_messages:
            if message.role == "tool" and message.tool_call_id:
                results.setdefault(message.tool_call_id, message.content)
        told = [message for message in call.input_messages if message.role == "tool" and not message.tool_call_id]
        is_resent = told[: len(unnamed)] == unnamed
        unnamed += told[len(unnamed) :] if is_resent else [message for message in told if message not in unnamed]
    found = [replace(use, result=results.get(use.call_id)) if use.call_id else use for use in asked]
    open_uses = [index for index, use in enumerate(found) if use.result is None]
    for index, message in zip(open_uses, unnamed, strict=False):
        found[index] = replace(found[index], result=message.content)
    return found


def add_runs(uses: Sequence[ToolUse], runs: Sequence[ToolRun]) -> Iterator[ToolUse]:
    """The uses with their runs, and the runs that no model call asked for."""
    left = list(runs)
    for use in uses:
        run = next((each for each in left if each.call_id and each.call_id == use.call_id), None)
        run = run or next((each for each in left if not each.call_id and is_run_of(each, use)), None)
        if run is not None:
            left.remove(run)
        yield use if run is None else replace(use, run=run, result=run.result or use.result, time_ns=run.start_time_ns)
    for run in left:
        yield ToolUse(run.name, parse_json(run.arguments), run.call_id, None, run.result, run, run.start_time_ns)


def is_run_of(run: ToolRun, use: ToolUse) -> bool:
    """Whether it may be the run of a use. A run may tell the only argument without its name, or no arguments at all."""
    if run.name != use.name or not run.arguments:
        return run.name == use.name
    told = parse_json(run.arguments)
    only = [*use.arguments.values()] if isinstance(use.arguments, Mapping) and len(use.arguments) == 1 else []
    return told in only or encode_sorted(told) == encode_sorted(use.arguments)


def list_definitions(call: Generation) -> dict[str, Mapping[str, Any]]:
    """The JSON schema of each tool that a model call was offered, by name; empty where none was told."""
    found: dict[str, Mapping[str, Any]] = {}
    for definition in call.tool_definitions:
        inner = definition.get("function")
        told = inner if isinstance(inner, Mapping) else definition
        schema: Mapping[str, Any] = next((told[name] for name in SCHEMAS if isinstance(told.get(name), Mapping)), {})
        if isinstance(told.get("name"), str):
            found[told["name"]] = schema
    return found
