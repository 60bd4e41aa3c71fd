"""What an agent did for each answer: a conversation's material in, `AgentTask`s out.

A task is an answer that tools were used for, or several model calls made. What else was answered at once is none.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedback.detectors.material import Material
from feedback.detectors.targets import Target, list_targets
from feedback.detectors.tool_results import judge_result
from feedback.detectors.tool_uses import ToolUse, list_used
from tracing.conversations import Answer, add_costs, add_known
from tracing.generations import Outcome

logger = logging.getLogger(__name__)

VERSION = "1"
REQUEST_CHARACTERS = 300
BROKEN = ("error", "timeout")
"""Ways to fail; a tool that found nothing worked."""


@dataclass(frozen=True, slots=True)
class ToolCount:
    """How often a task used a tool, and how often that failed."""

    name: str
    uses: int
    failures: int


@dataclass(frozen=True, slots=True)
class AgentTask:
    """One answer and what was done for it."""

    conversation_id: str
    turn_index: int
    trace_id: str
    span_id: str
    """Those of the answer."""
    request: str
    """The user's own words, at most 300 characters."""
    user_id: str
    service_name: str
    environment: str
    tags: tuple[str, ...]
    models: tuple[str, ...]
    steps: int
    """Model calls."""
    tools: tuple[ToolCount, ...]
    """By first use."""
    failed: bool
    """Whether the answer is an error, or was made although a tool failed that never worked after."""
    outcome: Outcome
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    """Of the model calls whose cost is known; None where none is."""
    start_time_ns: int
    duration_ns: int
    """To the end of the answer."""

    @property
    def tool_uses(self) -> int:
        return sum(tool.uses for tool in self.tools)

    @property
    def tool_failures(self) -> int:
        return sum(tool.failures for tool in self.tools)


def list_agent_tasks(material: Material) -> list[AgentTask]:
    """The tasks of a conversation, by their answers; replaced answers are tasks, too. Where they cannot be told, which
    is logged, there are none."""
    try:
        return list(find_tasks(material))
    except Exception:
        logger.exception("the tasks of conversation %r cannot be told", material.conversation.conversation_id)
        return []


def find_tasks(material: Material) -> Iterator[AgentTask]:
    used = {target.key: uses for target, uses in list_used(material)}
    for target in list_targets(material.conversation):
        parts, uses = target.answer.parts, used.get(target.key, [])
        if uses or sum(len(part.generation_span_ids) for part in parts) > 1:
            yield build_task(material, target, parts, uses)


def build_task(material: Material, target: Target, parts: Sequence[Answer], uses: Sequence[ToolUse]) -> AgentTask:
    answer, conversation = target.answer, material.conversation
    calls = material.calls_of(answer)
    named = {call.response_model or call.request_model for call in calls} or {part.model for part in parts}
    judged = [(use, judge_result(use)[0] in BROKEN) for use in uses]
    return AgentTask(
        conversation_id=conversation.conversation_id,
        turn_index=target.turn.index,
        trace_id=answer.trace_id,
        span_id=answer.span_id,
        request=target.turn.user_text[:REQUEST_CHARACTERS],
        user_id=answer.user_id or conversation.user_id,
        service_name=answer.service_name or conversation.service_name,
        environment=answer.environment or conversation.environment,
        tags=tuple(sorted({tag for part in parts for tag in part.tags})),
        models=tuple(sorted(named - {""})),
        steps=sum(len(part.generation_span_ids) for part in parts),
        tools=count_tools(judged),
        failed=answer.outcome == "error" or is_left_broken(judged),
        outcome=answer.outcome,
        input_tokens=add_known(part.input_tokens for part in parts),
        output_tokens=add_known(part.output_tokens for part in parts),
        cost_usd=add_costs(part.cost_usd for part in parts),
        start_time_ns=parts[0].start_time_ns,
        duration_ns=max(0, answer.end_time_ns - parts[0].start_time_ns),
    )


def count_tools(judged: Sequence[tuple[ToolUse, bool]]) -> tuple[ToolCount, ...]:
    failures: dict[str, list[bool]] = {}
    for use, failed in judged:
        failures.setdefault(use.name, []).append(failed)
    return tuple(ToolCount(name, len(each), sum(each)) for name, each in failures.items())


def is_left_broken(judged: Sequence[tuple[ToolUse, bool]]) -> bool:
    """Whether the last that is known of some tool is that it failed."""
    last = {
        use.name: failed for use, failed in judged if failed or use.result is not None or use.run is not None
    }  # fmt: skip
    return any(last.values())
