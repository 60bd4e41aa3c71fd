"""Agents in the shapes of the recorded frameworks, with failures planted in them, and clean ones that look alike.

From each recording of a tool dialogue come the model call that asked, the one that answered and the run of the tool;
they are told again with other tools, arguments, results, answers and more steps. A seed makes it the same each time.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from feedback.detectors.material import Material
from feedback.detectors.targets import Target, list_targets
from feedback.detectors.tool_uses import ToolUse, list_tool_uses
from tests.feedback.detectors.agent_texts import (
    HONEST,
    NEVER_DONE,
    NOTHING_CLAIMED,
    REQUEST,
    TOOLS,
    Forms,
    Tool,
    write_json,
)
from tests.tracing.conventions.dialogues import load_recorded_spans
from tests.tracing.recordings import DIRECTORY
from tracing.conventions import ReadTrace, read_trace
from tracing.conversations import Conversation, TracedExchange, Turn, build_conversation
from tracing.exchanges import find_exchanges
from tracing.generations import Generation, Message, ToolCall
from tracing.spans import Span, Trace
from tracing.store import Store
from tracing.tool_runs import ToolRun, read_tool_runs

SECOND_NS = 10**9
SEED = 11
EVERY_RECORDING = sorted(path.name.removesuffix(".json.gz") for path in DIRECTORY.glob("*.json.gz"))
RECORDINGS = [name for name in EVERY_RECORDING if not name.startswith(("more-", "retrieval-"))]
NEVER_SENT = "lookup_everything"
DONE_BY = {"sent": "send_mail", "mail": "send_mail", "booked": "book_table", "cancelled": "cancel_subscription"}
FAILED_SPANS = (("ToolError", "the service refused the request"), ("TimeoutError", "no answer after 30 s"))


@dataclass(frozen=True)
class Recorded:
    """How a framework tells one use of a tool: the call that asked for it, the one that answered, its run."""

    name: str
    target: Target
    asking: Generation
    answering: Generation
    use: ToolUse


@dataclass(frozen=True)
class Step:
    """One use to tell. `failed_as` is what a run's span says, where the framework has one."""

    name: str
    arguments: Mapping[str, Any]
    result: str
    failed_as: tuple[str, str] | None = None


@dataclass(frozen=True)
class Planted:
    """A task, what was planted in it (empty: nothing), and for which detectors it must be silent."""

    kind: str
    how: str
    material: Material
    silent: frozenset[str]


KINDS = frozenset({"tool_failure", "tool_misuse", "agent_loop", "false_success"})


def load_talks(store: Store, name: str) -> list[Material]:
    """The conversations of a recording as they are."""
    spans: dict[str, list[Span]] = {}
    for span in load_recorded_spans(store, name):
        spans.setdefault(span.trace_id, []).append(span)
    read = [read_trace(Trace(each)) for each in spans.values()]
    runs = tuple(run for each in spans.values() for run in read_tool_runs(Trace(each)))
    calls = {(call.trace_id, call.span_id): call for each in read for call in each.generations}
    return [Material(each, calls=calls, tool_runs=runs) for each in build_conversations(read)]


def load_recorded(store: Store, name: str) -> Recorded | None:
    """The tool dialogue of a recording; None where it has none in two calls."""
    for material in load_talks(store, name):
        for target in list_targets(material.conversation):
            uses, calls = list_tool_uses(material, target), material.calls_of(target.answer)
            if len(uses) == 1 and uses[0].asked_by and len(calls) > 1:
                return Recorded(name, target, uses[0].asked_by, calls[-1], uses[0])
    return None


def build_conversations(read: Sequence[ReadTrace]) -> list[Conversation]:
    found: dict[str, list[TracedExchange]] = {}
    for exchange in (exchange for each in read for exchange in find_exchanges(each)):
        found.setdefault(exchange.conversation_id or exchange.answer.trace_id, []).append(exchange)
    return [build_conversation(each) for each in found.values()]


def tell(recorded: Recorded, steps: Sequence[Step], answer: str) -> Material:
    """The material of a turn with these steps and this answer, as the framework would tell it."""
    given = recorded.target.answer
    calls: list[Generation] = []
    runs: list[ToolRun] = []
    history = [Message("user", REQUEST)]
    for number, step in enumerate(steps):
        call_id = f"{recorded.use.call_id}-{number}" if recorded.use.call_id else ""
        said = Message("assistant", "", tool_calls=(ToolCall(call_id, step.name, step.arguments),))
        calls.append(place_call(recorded.asking, number, history, said))
        has_run = recorded.use.run is not None
        if recorded.use.run is not None:
            runs.append(make_run(recorded.use.run, number, call_id, step, given.start_time_ns))
        result = f"{step.failed_as[0]}: {step.failed_as[1]}" if step.failed_as and has_run else step.result
        history += [said, Message("tool", result, tool_call_id=call_id)]
    calls.append(place_call(recorded.answering, len(steps), history, Message("assistant", answer)))
    calls = [replace(call, tool_definitions=DECLARED if call.tool_definitions else ()) for call in calls]
    shown = replace(
        given,
        text=answer,
        start_time_ns=calls[0].start_time_ns,
        duration_ns=len(calls) * 4 * SECOND_NS,
        generation_span_ids=tuple(call.span_id for call in calls),
        steps=(),
        trace_id=calls[0].trace_id,
    )
    conversation = Conversation(1, recorded.name, (Turn(0, REQUEST, shown),))
    return Material(conversation, calls={(call.trace_id, call.span_id): call for call in calls}, tool_runs=tuple(runs))


def place_call(call: Generation, number: int, history: Sequence[Message], said: Message) -> Generation:
    return replace(
        call,
        trace_id="trace",
        span_id=f"call-{number}",
        start_time_ns=call.start_time_ns + number * 4 * SECOND_NS,
        duration_ns=SECOND_NS,
        input_messages=tuple(history),
        output_messages=(said,),
    )


def make_run(run: ToolRun, number: int, call_id: str, step: Step, start_ns: int) -> ToolRun:
    told = replace(
        run,
        trace_id="trace",
        span_id=f"run-{number}",
        call_id=call_id if run.call_id else "",
        name=step.name,
        arguments=write_json(step.arguments),
        result=step.result,
        start_time_ns=start_ns + (4 * number + 2) * SECOND_NS,
    )
    if step.failed_as is None:
        return told
    return replace(told, result="", outcome="error", error_type=step.failed_as[0], error_message=step.failed_as[1])


DECLARED = tuple({"type": "function", "name": tool.name, "parameters": tool.schema} for tool in TOOLS)


def use(tool: Tool, result: str = "", **arguments: Any) -> Step:
    return Step(tool.name, {**tool.arguments, **arguments}, result or tool.result)


@dataclass
class Planter:
    """Makes the tasks of one recording; results that tell a failure come from `errors`, those that only talk of
    errors from `talking`, claims from `claims`."""

    recorded: Recorded
    errors: Forms
    talking: Forms
    claims: Forms
    chance: random.Random

    def plant(self, kind: str, how: str, steps: Sequence[Step], answer: str, *silent: str) -> Planted:
        return Planted(kind, how, tell(self.recorded, steps, answer), frozenset(silent))

    def pick(self) -> Tool:
        return self.chance.choice(TOOLS)

    def pick_two(self) -> list[Tool]:
        return self.chance.sample(TOOLS, 2)

    def fail(self) -> str:
        return self.chance.choice(self.errors)

    def claim(self) -> str:
        return self.chance.choice(self.claims)

    def claim_what(self, *used: Tool) -> str:
        """A claim of nothing that another tool would have had to do."""
        names = {tool.name for tool in used}
        own = [each for each in self.claims if all(name in names or deed not in each for deed, name in DONE_BY.items())]
        return self.chance.choice(own)

    def be_honest(self) -> str:
        return self.chance.choice(HONEST)

    def list_failures(self) -> Iterator[Planted]:
        """Results that say that the tool failed, and spans of runs that did."""
        for how in ("last", "first"):
            failing, other = self.pick_two()
            steps = [use(other), use(failing, self.fail())]
            answer = self.be_honest()
            yield self.plant("tool_failure", f"result, {how}", steps[:: 1 if how == "last" else -1], answer, *OTHERS)
        if self.recorded.use.run is not None:
            tool = self.pick()
            failed = replace(use(tool), failed_as=self.chance.choice(FAILED_SPANS))
            yield self.plant("tool_failure", "span of the run", [failed], self.be_honest(), *OTHERS)

    def list_misuses(self) -> Iterator[Planted]:
        """Tools that were not offered, and arguments that the schema does not take."""
        if not self.recorded.asking.tool_definitions:
            return
        tool, silent = self.pick(), KINDS - {"tool_misuse"}
        answer = "It left on Monday."
        undeclared = Step(NEVER_SENT, {"q": "x"}, tool.result)
        yield self.plant("tool_misuse", "not offered", [use(tool), undeclared], answer, *silent)
        wrong = Step(tool.name, self.chance.choice(tool.wrong), tool.result)
        yield self.plant("tool_misuse", "arguments", [wrong], answer, *silent)
        broken = Step(tool.name, {"value": '{"order": 47'}, tool.result)
        yield self.plant("tool_misuse", "no JSON", [broken], answer, *silent)

    def list_loops(self) -> Iterator[Planted]:
        """The same again, and rounds that repeat."""
        one, two = self.pick_two()
        answer, silent = "It left on Monday.", KINDS - {"agent_loop"}
        yield self.plant("agent_loop", "the same again", [use(one)] * self.chance.randint(3, 6), answer, *silent)
        failing = [use(one, self.fail())] * self.chance.randint(3, 5)
        yield self.plant("agent_loop", "fails again", failing, self.be_honest(), "tool_misuse", "false_success")
        between = [use(one), use(two), use(one), use(one)]
        yield self.plant("agent_loop", "with others between", between, answer, *silent)
        yield self.plant("agent_loop", "a round of two", [use(one), use(two)] * 3, answer, *silent)
        three = [use(tool) for tool in self.chance.sample(TOOLS, 3)]
        yield self.plant("agent_loop", "a round of three", three * 3, answer, *silent)

    def list_false_claims(self) -> Iterator[Planted]:
        """It did not work, and the answer says that it is done."""
        failing, other = self.pick_two()
        silent = ("tool_misuse", "agent_loop")
        failed = use(failing, self.fail())
        yield self.plant("false_success", "the last tool failed", [use(other), failed], self.claim(), *silent)
        yield self.plant("false_success", "another worked after", [failed, use(other)], self.claim(), *silent)
        if self.recorded.asking.tool_definitions:
            name = self.chance.choice(list(NEVER_DONE))
            answer = self.chance.choice(NEVER_DONE[name])
            others = [use(self.chance.choice([tool for tool in TOOLS if tool.name != name]))][
                : self.chance.randint(0, 1)
            ]
            yield self.plant("false_success", "no tool was used", others, answer, *KINDS - {"false_success"})

    def list_clean(self) -> Iterator[Planted]:
        """Nothing is wrong with these."""
        one, two = self.pick_two()
        done, states = self.claim_what(one, two), ("queued", "running", "running, 60 %", "done")
        yield self.plant(
            "", "polling", [use(one, f'{{"state": "{state}"}}') for state in states], self.claim_what(one), *KINDS
        )
        search = next(tool for tool in TOOLS if tool.name == "search_web")
        pages = [use(search, page=number) for number in range(1, 7)]
        yield self.plant("", "paging", pages, "Three trains go there.", *KINDS)
        retried = [use(one, self.fail()), use(one), use(two)]
        yield self.plant("", "recovered", retried, self.claim_what(one, two), *KINDS - {"tool_failure"})
        yield self.plant("", "looked again", [use(one), use(two), use(one)], done, *KINDS)
        talking = use(two, self.chance.choice(self.talking))
        yield self.plant("", "talks of errors", [talking, use(one)], self.claim_what(one, two), *KINDS)
        talking = use(one, self.chance.choice(self.talking))
        yield self.plant("", "talks of errors at last", [use(two), talking], self.claim_what(one, two), *KINDS)
        yield self.plant("", "claims what worked", [use(one), use(two)], self.claim_what(one, two), *KINDS)
        honest = [use(one), use(two, self.fail())]
        yield self.plant("", "claims nothing", [], self.chance.choice(NOTHING_CLAIMED), *KINDS)
        yield self.plant("", "admits what failed", honest, self.be_honest(), *OTHERS)
        changing = [use(one, f'{{"seats": {number}}}') if number % 2 else use(two) for number in range(6)]
        yield self.plant("", "a round with changing results", changing, done, *KINDS)

    def list_all(self) -> Iterator[Planted]:
        for made in (self.list_failures, self.list_misuses, self.list_loops, self.list_false_claims, self.list_clean):
            yield from made()


OTHERS = KINDS - {"tool_failure"}


def plant_all(recorded: Sequence[Recorded], errors: Forms, talking: Forms, claims: Forms) -> list[Planted]:
    """Every task of every recording."""
    chance = random.Random(SEED)  # noqa: S311, nothing is secret here
    return [task for each in recorded for task in Planter(each, errors, talking, claims, chance).list_all()]
