"""What models asked for, what came back and what spans tell become one use each."""

from dataclasses import replace

from feedback.detectors.targets import list_targets
from feedback.detectors.tool_uses import ToolUse, list_tool_uses
from tests.feedback.detectors.agents import Step, act
from tests.feedback.detectors.conftest import SECOND, START_NS
from tracing.tool_runs import ToolRun

RUN = ToolRun(
    1,
    "trace-1",
    "run-1",
    "",
    "find_order",
    "",
    '{"order": 4711}',
    "sent",
    "completed",
    "",
    "",
    START_NS + 3 * SECOND,
    1,
)


def list_uses(material: object) -> list[ToolUse]:
    (target,) = list_targets(material.conversation)  # type: ignore[attr-defined]
    return list_tool_uses(material, target)  # type: ignore[arg-type]


def test_a_use_is_what_was_asked_and_what_came_back() -> None:
    first, second = list_uses(act(Step({"status": "sent"}), Step("open", arguments={"order": 1})))
    assert (first.name, first.arguments, first.result) == ("find_order", {"order": 4711}, '{"status": "sent"}')
    assert (second.arguments, second.result) == ({"order": 1}, "open")
    assert first.key != second.key


def test_a_span_of_the_run_is_the_same_use_by_its_id_or_by_its_arguments() -> None:
    material = act(Step("sent"))
    for run in (RUN, replace(RUN, call_id="call-1", arguments="")):
        (use,) = list_uses(replace(material, tool_runs=(run,)))
        assert (use.span_id, use.call_id, use.result) == ("run-1", "call-1", "sent")


def test_a_run_that_no_message_tells_counts_too() -> None:
    other = replace(RUN, name="notify", span_id="run-2", start_time_ns=RUN.start_time_ns + SECOND)
    uses = list_uses(replace(act(Step("sent")), tool_runs=(RUN, other)))
    assert [use.name for use in uses] == ["find_order", "notify"]
    assert uses[1].asked_by is None


def test_runs_of_other_traces_and_times_are_none_of_its() -> None:
    elsewhere = replace(RUN, trace_id="trace-2", name="x")
    later = replace(RUN, name="y", start_time_ns=START_NS + 3600 * SECOND)
    assert [use.name for use in list_uses(replace(act(Step("sent")), tool_runs=(elsewhere, later)))] == ["find_order"]


def test_results_without_an_id_belong_to_the_uses_in_order() -> None:
    material = act(Step("sent"), Step("open", arguments={"order": 1}))
    nameless = {
        key: replace(call, input_messages=tuple(replace(each, tool_call_id="") for each in call.input_messages))
        for key, call in material.calls.items()
    }
    assert [use.result for use in list_uses(replace(material, calls=nameless))] == ["sent", "open"]


def test_equal_results_without_an_id_are_told_apart() -> None:
    material = act(Step("sent"), Step("sent"), Step("sent"))
    nameless = {
        key: replace(call, input_messages=tuple(replace(each, tool_call_id="") for each in call.input_messages))
        for key, call in material.calls.items()
    }
    assert [use.result for use in list_uses(replace(material, calls=nameless))] == ["sent"] * 3


def test_a_run_that_tells_its_only_argument_without_a_name_or_none_is_the_same_use() -> None:
    for arguments in ("4711", ""):
        [use] = list_uses(replace(act(Step("sent")), tool_runs=(replace(RUN, arguments=arguments),)))
        assert use.span_id == "run-1"
    assert len(list_uses(replace(act(Step("sent")), tool_runs=(replace(RUN, arguments="4712"),)))) == 2
