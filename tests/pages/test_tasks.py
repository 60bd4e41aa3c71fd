"""The page of agents' tasks: figures, tools, the list, how it is narrowed, and what it says while there is none."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from feedback.agent_task_records import write_agent_tasks
from feedback.agent_tasks import AgentTask, ToolCount
from tests.pages.conftest import HOUR_NS, SECOND_NS, Page, Teller

Open = Callable[[str], Page]
TASK = AgentTask(
    conversation_id="c",
    turn_index=0,
    trace_id="t",
    span_id="s",
    request="Where is my order?",
    user_id="anna",
    service_name="shop",
    environment="production",
    tags=(),
    models=("gpt-5",),
    steps=2,
    tools=(ToolCount("find_order", 1, 0),),
    failed=False,
    outcome="completed",
    input_tokens=10,
    output_tokens=5,
    cost_usd=0.02,
    start_time_ns=0,
    duration_ns=4 * SECOND_NS,
)


def write(teller: Teller, *tasks: AgentTask) -> None:
    """Tasks an hour apart, the first one the latest."""
    placed = [
        replace(task, start_time_ns=teller.now_ns - (age + 1) * HOUR_NS, trace_id=f"t-{age}")
        for age, task in enumerate(tasks)
    ]
    write_agent_tasks(teller.store, teller.project.pk, placed, [], 1)


@pytest.fixture
def varied(teller: Teller) -> Teller:
    search = (ToolCount("search", 3, 0), ToolCount("find_order", 2, 2))
    write(
        teller,
        TASK,
        replace(TASK, request="Look for a flight", turn_index=1, steps=9, tools=search, failed=True, cost_usd=None),
        replace(TASK, request="Sum it up", conversation_id="d", tools=(), user_id="bo", duration_ns=90 * SECOND_NS),
        replace(TASK, request="Stop there", conversation_id="e", outcome="stopped", models=("tiny",), tags=("beta",)),
    )
    return teller


def test_without_any_it_says_how_to_send_some(teller: Teller, open_page: Open) -> None:
    page = open_page("tasks")
    assert "No agent has worked yet" in page.text
    assert '@tacit.observe(kind="tool")' in page.text
    assert page.find_links("setup")


def test_the_menu_leads_to_it(teller: Teller, open_page: Open) -> None:
    assert "/p/default/tasks" in open_page("conversations").find_links("tasks")


def test_figures_stand_above_the_list_and_lead_to_what_they_tell_of(varied: Teller, open_page: Open) -> None:
    page = open_page("tasks")
    assert "4 answers that took tools, or several model calls" in page.text
    assert "Tasks 4 7 uses of tools $0.06 in all Failed 25.0 %" in page.text
    assert "Steps, median 2 95 of 100 at most 9" in page.text
    assert "Time, median 4.0 s 95 of 100 at most 1 min 30 s" in page.text
    assert "Cost, median $0.02" in page.text
    for query, count in (("failed=true", 1), ("steps", 1), ("latency", 1), ("cost", 3), ("tool=search", 1)):
        [link] = page.find_links(f"?{query}" if "=" in query else f"q={query}")
        assert f"{count} of 4" in open_page(f"tasks{link}").text, query


def test_tools_stand_by_frequency_with_their_failure_rate(varied: Teller, open_page: Open) -> None:
    assert "failure rate find_order 3 4 2 50.0 % search 1 3 0 0.0 %" in open_page("tasks").text


def test_a_row_tells_a_task_and_leads_to_its_answer(varied: Teller, open_page: Open) -> None:
    page = open_page("tasks?user_id=anna&q=steps%3E5")
    assert "Look for a flight failed 9 search ×3 failed: find_order ×2 4.0 s – anna gpt-5" in page.text
    assert page.find_links("/conversations/") == ["/p/default/conversations/c?turn=2#turn-2"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tool=search", {"Look for a flight"}),
        ("failed=false&outcome=stopped", {"Stop there"}),
        ("model=tiny", {"Stop there"}),
        ("user_id=bo", {"Sum it up"}),
        ("range=24h&q=-tool:search,find_order", {"Sum it up"}),
        ("q=tool_failures%3E1", {"Look for a flight"}),
        ("q=latency%3E1m", {"Sum it up"}),
        ("q=tag:beta+service:shop", {"Stop there"}),
        ("q=%27%3B+DROP+TABLE+turns%3B+--", set()),
    ],
)
def test_filters_of_the_address_narrow_list_and_figures(
    varied: Teller, open_page: Open, query: str, expected: set[str]
) -> None:
    page = open_page(f"tasks?{query}")
    requests = ("Where is my order?", "Look for a flight", "Sum it up", "Stop there")
    assert {each for each in requests if each in page.text} == expected
    assert f"{len(expected)} of 4:" in page.text
    assert ("No task matches" in page.text) is not expected


def test_filters_are_told_in_words(varied: Teller, open_page: Open) -> None:
    text = open_page("tasks?tool=find_order&failed=true&q=steps%3E2").text
    assert "1 of 4: tool “find_order”, failed, steps over 2" in text


def test_a_wrong_search_is_marked(varied: Teller, open_page: Open) -> None:
    page = open_page("tasks?q=stesp%3E2")
    assert page.status == 200
    assert "did you mean `steps`?" in page.text
    assert "a list of tasks has no `score`" in open_page("tasks?q=score%3E0.5").text


def test_pages_show_each_task_once_latest_first(teller: Teller, open_page: Open) -> None:
    same = teller.now_ns - HOUR_NS
    tasks = [
        replace(TASK, request=f"task {number:03}", turn_index=number, start_time_ns=same - number // 7 * SECOND_NS)
        for number in range(120)
    ]
    write_agent_tasks(teller.store, teller.project.pk, tasks, [], 1)
    seen: list[str] = []
    page = open_page("tasks")
    while True:
        seen += [link.rpartition("-")[2] for link in page.find_links("#turn-")]
        older = page.find_links("cursor=")
        if not older:
            break
        page = open_page(f"tasks{older[-1]}")
    assert sorted(map(int, seen)) == list(range(1, 121))
    seconds = [(int(each) - 1) // 7 for each in seen]
    assert seconds == sorted(seconds)
    assert "failure rate" not in page.text


def test_a_made_up_cursor_leads_to_a_page(varied: Teller, open_page: Open) -> None:
    assert open_page("tasks?cursor=MTp7").status == 200


def test_hostile_names_of_tools_are_escaped(teller: Teller, open_page: Open) -> None:
    evil = '"><script>alert(1)</script>'
    write(teller, replace(TASK, tools=(ToolCount(evil, 1, 1),), request=evil, user_id=evil, models=(evil,)))
    page = open_page("tasks")
    assert "<script>alert" not in page.html
    [link] = page.find_links("?tool=")
    assert "1 of 1" in open_page(f"tasks{link}").text


def test_tasks_that_machines_led_can_be_left_out(varied: Teller, open_page: Open) -> None:
    assert "Led by" not in open_page("tasks").text
    heard = {
        "project_id": varied.project.pk,
        "conversation_id": "d",
        "basis": "x",
        "machine": "evaluation",
        "version": 1,
    }
    varied.store.insert("hearings", {name: [value] for name, value in heard.items()})
    for name in ("c", "d", "e"):
        varied.tell(name)
    assert "Led by" in open_page("tasks").text
    page = open_page("tasks?machine=no")
    assert "3 of 4: led by people" in page.text
    assert "Sum it up" not in page.text
