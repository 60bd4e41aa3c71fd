"""The ledger of a segment: what changed is told at the first call that has it, and once."""

import json
from typing import Any

from drift.ledger import Call, Event, Ledger
from drift.ledger.entries import KEPT_HOURS, MOST_LINES
from drift.ledger.rollout import HOUR_NS, HourCount, Share, measure_shares

MINUTE_NS = 60_000_000_000
INSTRUCTIONS = "You are the assistant of a bank. You never give advice on shares and you answer in short sentences."


class Service:
    """Sends calls to a ledger, one a minute."""

    def __init__(self) -> None:
        self.ledger, self.at = Ledger(), 0

    def call(self, **said: Any) -> list[Event]:
        self.at += 1
        given = {"system_instructions": INSTRUCTIONS, "request_model": "m-1", "user_id": f"u{self.at}"} | said
        return self.ledger.read_call(Call(self.at * MINUTE_NS, trace_id=f"t{self.at}", **given))

    def run(self, calls: int, **said: Any) -> list[Event]:
        return [event for _ in range(calls) for event in self.call(**said)]


def name(events: list[Event]) -> list[tuple[str, str, str, str, str]]:
    return [(event.field, event.name, event.kind, event.old, event.new) for event in events]


def test_the_first_calls_are_no_news() -> None:
    assert Service().run(20, parameters='{"temperature": 1}', tool_definitions='[{"name": "a"}]') == []


def test_another_model_is_told_at_the_first_call_with_the_call() -> None:
    service = Service()
    service.run(20)
    [event] = service.run(20, request_model="m-2")
    assert name([event]) == [("request_model", "", "new", "m-1", "m-2")]
    assert (event.time_ns, event.trace_id) == (21 * MINUTE_NS, "t21")


def test_a_changed_word_of_the_instructions_is_told_with_both_texts() -> None:
    service = Service()
    service.run(20)
    [event] = service.run(20, system_instructions=INSTRUCTIONS.replace("short", "long"))
    assert (event.field, event.kind) == ("system_instructions", "new")
    assert event.old == INSTRUCTIONS
    assert event.new == INSTRUCTIONS.replace("short", "long")


def test_parameters_are_told_one_by_one_also_when_they_are_gone() -> None:
    service = Service()
    service.run(20, parameters='{"temperature": 1}')
    assert name(service.run(20, parameters='{"temperature": 0.2, "top_p": 0.9}')) == [
        ("parameters", "temperature", "new", "1", "0.2"),
        ("parameters", "top_p", "new", "", "0.9"),
    ]
    assert name(service.run(20, parameters='{"temperature": 0.2}')) == [("parameters", "top_p", "back", "0.9", "")]


def test_tools_are_told_by_name_and_by_definition() -> None:
    service = Service()
    service.run(20, tool_definitions='[{"name": "a"}, {"name": "b"}]')
    assert service.run(20, tool_definitions='[{"name": "b"}, {"name": "a"}]') == []
    assert name(service.run(2, tool_definitions='[{"name": "b"}]')) == [("tools", "", "new", "a\nb", "b")]
    [event] = service.run(2, tool_definitions='[{"name": "b", "description": "x"}]')
    assert (event.field, event.name, event.kind) == ("tool", "b", "new")


def test_a_rollback_is_told_as_such() -> None:
    service = Service()
    service.run(50)
    service.run(50, request_model="m-2")
    assert name(service.run(50)) == [("request_model", "", "back", "m-2", "m-1")]


def test_two_models_at_once_are_told_once() -> None:
    service = Service()
    service.run(50)
    kinds = [event.kind for at in range(100) for event in service.call(request_model=f"m-{1 + at % 2}")]
    assert kinds == ["new", "both"]


def test_an_answer_that_never_came_says_nothing_of_its_model() -> None:
    service = Service()
    service.run(20, response_model="m-1-2025")
    assert service.run(3) == []
    assert service.run(20, response_model="m-1-2025") == []


def test_what_is_another_number_each_time_is_left_alone() -> None:
    service = Service()
    events = [
        event
        for at in range(100)
        for event in service.call(parameters=json.dumps({"max_tokens": 500 + at, "seed": at}))
    ]
    assert events == []


def test_prompts_are_watched_apart_and_a_new_one_is_told() -> None:
    service = Service()
    for _ in range(30):
        assert service.call(prompt_name="answer", request_model="large") == []
        events = service.call(prompt_name="title", request_model="small", system_instructions="Give the talk a title.")
    assert events == []
    assert [(e.field, e.prompt) for e in service.call(prompt_name="check", request_model="tiny")] == [
        ("prompt", "check")
    ]
    [event] = service.call(prompt_name="answer", request_model="small")
    assert (event.field, event.prompt, event.old, event.new) == ("request_model", "answer", "large", "small")


def test_the_same_change_of_several_prompts_is_told_once() -> None:
    service = Service()
    for prompt in ("a", "b", "c") * 20:
        service.call(prompt_name=prompt, prompt_version="1")
    events = [event for prompt in ("a", "b", "c") for event in service.call(prompt_name=prompt, request_model="m-2")]
    assert [(event.field, event.prompt) for event in events] == [("request_model", "a")]


def test_what_is_kept_goes_on_as_before() -> None:
    service = Service()
    service.run(30, parameters='{"temperature": 1}')
    kept = json.loads(json.dumps(service.ledger.to_json()))
    service.ledger = Ledger.from_json(kept)
    assert service.ledger.to_json() == kept
    assert service.run(10, parameters='{"temperature": 1}') == []
    assert len(service.run(10, parameters='{"temperature": 0}')) == 1


def test_a_rollout_shows_as_shares_of_hours() -> None:
    service = Service()
    service.run(59)
    for at in range(60):
        service.call(request_model="m-2" if at % 4 == 0 else "m-1")
    service.run(60, request_model="m-2")
    shares = {
        (share.hour, share.digest): share.share for share in measure_shares(service.ledger.list_counts("request_model"))
    }
    assert shares == {(0, "m-1"): 1.0, (1, "m-1"): 0.75, (1, "m-2"): 0.25, (2, "m-2"): 1.0}
    instructions = service.ledger.list_counts("system_instructions")
    assert sum(count.calls for count in instructions) == 179


def test_shares_are_joined_to_longer_stretches() -> None:
    counts = [HourCount(23, "a", 3), HourCount(24, "a", 1), HourCount(30, "b", 3), HourCount(31, "b", 0)]
    assert measure_shares(counts, 24) == [Share(0, "a", 3, 1.0), Share(24, "a", 1, 0.25), Share(24, "b", 3, 0.75)]
    assert measure_shares([]) == []


def test_what_is_known_stays_small_however_much_changes() -> None:
    ledger = Ledger()
    for at in range(1_500):
        ledger.read_call(
            Call(
                at * HOUR_NS,
                prompt_name=f"prompt {at}",
                request_model=f"m-{at}",
                parameters=json.dumps({f"p{at}": at, "long": "x" * 500 + str(at)}),
                tool_definitions=json.dumps([{"name": f"tool {at}"}]),
                metadata=json.dumps({"index": at}),
            )
        )
    assert len(ledger.lines) == MOST_LINES
    assert len(ledger.hours) <= KEPT_HOURS
    assert len(json.dumps(ledger.to_json())) < 2_000_000
