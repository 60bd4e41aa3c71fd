"""What agents did for an answer: counted once, written with the signals, gone with what it was made from."""

import json
from dataclasses import replace
from typing import Any

import pytest
import tacit

from feedback.agent_task_records import read_agent_task, write_agent_tasks
from feedback.agent_tasks import AgentTask, ToolCount, list_agent_tasks
from feedback.derivation import derive_signals
from feedback.detectors.material import Material
from tests.conftest import Server
from tests.feedback.detectors.agents import Step, act
from tests.feedback.detectors.conftest import SECOND, START_NS
from tests.feedback.detectors.test_tool_uses import RUN
from tests.tracing.otlp import PROJECT, insert_spans, make_span, make_trace_id
from tests.tracing.reading import call_model
from tracing.conversations import Answer, Conversation, Turn
from tracing.derivation import derive_traces
from tracing.models import Project
from tracing.store import Store

FAILED = Step({"error": "no such order"})
GOOD = Step({"status": "sent"})


def tell(*steps: Step, **fields: Any) -> AgentTask:
    """The task of a turn with these uses of tools; `fields` are those of its answer."""
    material = act(*steps)
    [turn] = material.conversation.turns
    changed = replace(turn, answer=replace(turn.answer, **fields))
    [task] = list_agent_tasks(replace(material, conversation=replace(material.conversation, turns=(changed,))))
    return task


def test_a_task_tells_its_steps_tools_time_and_cost() -> None:
    task = tell(FAILED, GOOD, Step("a page", name="search"), cost_usd=0.25, input_tokens=30, output_tokens=5)
    assert task.request == "Where is my order 4711?"
    assert task.steps == 4
    assert task.tools == (ToolCount("find_order", 2, 1), ToolCount("search", 1, 0))
    assert (task.tool_uses, task.tool_failures) == (3, 1)
    assert (task.cost_usd, task.input_tokens, task.output_tokens) == (0.25, 30, 5)
    assert (task.start_time_ns, task.duration_ns) == (START_NS + 2 * SECOND, 8 * SECOND)


@pytest.mark.parametrize(
    ("steps", "outcome", "failed"),
    [
        ([GOOD], "completed", False),
        ([FAILED], "completed", True),
        ([FAILED, GOOD], "completed", False),
        ([GOOD, FAILED], "completed", True),
        ([FAILED, Step("x", name="search")], "completed", True),
        ([Step([])], "completed", False),
        ([GOOD], "error", True),
        ([GOOD], "stopped", False),
    ],
)
def test_a_task_failed_where_its_answer_or_a_tool_did_to_the_end(steps: list[Step], outcome: str, failed: bool) -> None:
    assert tell(*steps, outcome=outcome).failed is failed


def test_a_tool_that_only_a_span_tells_makes_a_task() -> None:
    [task] = list_agent_tasks(replace(act(), tool_runs=(replace(RUN, outcome="error"),)))
    assert (task.steps, task.tools, task.failed) == (1, (ToolCount("find_order", 1, 1),), True)


def test_an_answer_that_was_given_at_once_is_none() -> None:
    assert list_agent_tasks(act()) == []


def test_several_calls_without_a_tool_are_a_task() -> None:
    [task] = list_agent_tasks(replace(act(GOOD), calls={}))
    assert (task.steps, task.tools) == (2, ())


def test_what_an_answer_took_in_other_traces_counts() -> None:
    asked = Answer("t-1", "s-1", "", "completed", "", START_NS, SECOND, model="big", cost_usd=0.1, input_tokens=1)
    shown = replace(asked, trace_id="t-2", text="Done", model="small", start_time_ns=START_NS + 5 * SECOND)
    asked, shown = (replace(each, generation_span_ids=(each.trace_id,)) for each in (asked, shown))
    turn = Turn(3, "Do it", replace(shown, steps=(asked,)))
    [task] = list_agent_tasks(Material(Conversation(1, "c", (turn,), user_id="anna")))
    assert (task.turn_index, task.trace_id, task.user_id) == (3, "t-2", "anna")
    assert (task.steps, task.cost_usd, task.input_tokens, task.models) == (2, 0.2, 2, ("big", "small"))
    assert (task.start_time_ns, task.duration_ns) == (START_NS, 6 * SECOND)


def test_a_replaced_answer_is_a_task_of_its_own() -> None:
    material = act(GOOD)
    [turn] = material.conversation.turns
    again = replace(turn.answer, trace_id="other", span_id="other")
    both = replace(material.conversation, turns=(replace(turn, answer=again, alternatives=(turn.answer,)),))
    assert [task.trace_id for task in list_agent_tasks(replace(material, conversation=both))] == ["trace-1", "other"]


def test_what_cannot_be_told_is_logged_and_holds_nothing_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("feedback.agent_tasks.list_used", lambda _: 1 / 0)
    assert list_agent_tasks(act(GOOD)) == []
    assert "'c1'" in caplog.text


def load(store: Store, project_id: int = PROJECT) -> list[AgentTask]:
    bound = {"before_ns": 2**63 - 1, "before_id": "", "limit": 1000}
    rows = store.query("feedback/sql/agent_task_page.sql", project_id=project_id, **bound)
    return [read_agent_task(row) for row in rows]


def test_a_task_is_read_as_it_was_written(store: Store) -> None:
    task = tell(FAILED, GOOD, cost_usd=0.5, tags=("a", "b"), user_id="anna")
    write_agent_tasks(store, 1, [task], ["c1"], 1)
    assert load(store) == [task]


def test_tasks_that_are_told_no_more_are_deleted_within_their_turns_alone(store: Store) -> None:
    tasks = [replace(tell(GOOD), turn_index=index) for index in (0, 5)]
    write_agent_tasks(store, 1, tasks, ["c1"], 1)
    write_agent_tasks(store, 1, [], ["c1"], 2, range(3, 10))
    assert load(store) == tasks[:1]
    write_agent_tasks(store, 1, [], ["other"], 3)
    assert load(store) == tasks[:1]
    write_agent_tasks(store, 1, [], ["c1"], 4)
    assert load(store) == []


def tell_agent(store: Store, trace: int, conversation_id: str = "c", **fields: Any) -> None:
    """A call that asks for a tool, the run of the tool, and the call that answers."""
    asks = [{"type": "tool_call", "id": "x", "name": "find", "arguments": {"a": trace}}]
    told = {"gen_ai__conversation__id": conversation_id, **fields}
    asking = {"gen_ai__output__messages": json.dumps([{"role": "assistant", "parts": asks}])}
    run = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "find", "gen_ai.tool.call.id": "x"}
    frame = {"gen_ai.operation.name": "invoke_agent", "gen_ai.conversation.id": conversation_id}
    begun = trace * 3600 * SECOND
    insert_spans(
        store,
        *(
            make_span(
                number,
                trace,
                attributes,
                parent=1 if number > 1 else 0,
                start_time_unix_nano=begun + number * SECOND,
                end_time_unix_nano=begun + (number + 1 if number > 1 else 9) * SECOND,
            )
            for number, attributes in enumerate(
                (
                    frame,
                    call_model(f"Find {trace}", **told, **asking),
                    run,
                    call_model(f"Find {trace}", "Found.", **told),
                ),
                start=1,
            )
        ),
    )
    derive_traces(store, [(PROJECT, make_trace_id(trace))])


@pytest.mark.usefixtures("project")
def test_the_stage_writes_tasks_with_the_signals(store: Store) -> None:
    tell_agent(store, 1)
    derive_signals(store, [(PROJECT, "c")])
    [task] = load(store)
    assert (task.conversation_id, task.steps, task.tools) == ("c", 2, (ToolCount("find", 1, 0),))
    derive_signals(store, [(PROJECT, "c")])
    assert load(store) == [task]
    insert_spans(store, *(make_span(number, 1, {"other": "span"}) for number in range(1, 5)))
    derive_traces(store, [(PROJECT, make_trace_id(1))])
    derive_signals(store, [(PROJECT, "c")])
    assert load(store) == []


def test_long_conversations_are_told_in_parts_and_lose_what_is_gone(
    store: Store, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback.derivation.PART_TURNS", 2)
    for trace in range(1, 6):
        tell_agent(store, trace)
    derive_signals(store, [(PROJECT, "c")])
    assert sorted(task.turn_index for task in load(store)) == [0, 1, 2, 3, 4]
    for trace in (4, 5):
        insert_spans(store, *(make_span(number, trace, {"other": "span"}) for number in range(1, 5)))
        derive_traces(store, [(PROJECT, make_trace_id(trace))])
    derive_signals(store, [(PROJECT, "c")])
    assert sorted(task.turn_index for task in load(store)) == [0, 1, 2]


def test_tasks_go_with_their_project(store: Store) -> None:
    for project_id in (1, 2):
        write_agent_tasks(store, project_id, [tell(GOOD)], ["c1"], 1)
    store.delete_project(1)
    assert (load(store, 1), len(load(store, 2))) == ([], 1)


@tacit.observe(kind="tool")
def find_order(order: int) -> str:
    if order == 0:
        raise LookupError("no such order")
    return "It left on Monday."


@tacit.observe(kind="llm")
def call_llm(message: str) -> str:
    return "It left on Monday."


@tacit.observe(kind="agent")
def answer(message: str) -> str:
    call_llm(message)
    for order in (0, 4711):
        try:
            find_order(order)
        except LookupError:
            continue
    return call_llm(message)


def test_an_app_that_marks_its_tools_shows_its_tasks(server: Server, sdk: None) -> None:
    with tacit.conversation(id="c-1", user_id="anna"):
        answer("Where is my order?")
    server.derive()
    [item] = server.get_json("tasks?tool=find_order&q=steps%3E1")["items"]
    assert item["request"] == "Where is my order?"
    assert item["tools"] == [{"name": "find_order", "uses": 2, "failures": 1}]
    assert (item["steps"], item["failed"], item["user_id"]) == (2, False, "anna")
    page = server.get("/p/default/tasks").decode()
    assert "Where is my order?" in page
    assert server.get("/p/default/conversations/c-1?turn=1").decode().count("find_order") >= 2
