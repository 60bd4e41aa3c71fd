"""Pages of REST while rows come, change and go between them: what is there throughout is given once, in order."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from feedback.explicit import Feedback
from feedback.records import write_feedback
from tests.conftest import Server
from tests.tracing.otlp import PROJECT, insert_spans, make_span, make_span_id, make_trace_id
from tests.tracing.reading import SECOND, call_model
from tracing.derivation import derive_traces

START_NS = 1_760_000_000 * SECOND
VERSIONS = count(1)
LATER = count(1_000)


@dataclass(frozen=True)
class Rows:
    """How the rows of a list are made, by number; rows begin at a second and keep it."""

    time: str
    identify: Callable[[dict[str, Any]], str]
    name: Callable[[int], str]
    write: Callable[[Server, int, int], None]
    change: Callable[[Server, int, int], None]
    table: str
    key: Callable[[int], dict[str, Any]]

    def remove(self, server: Server, number: int) -> None:
        row = self.key(number) | {"project_id": PROJECT, "version": 2**63, "is_deleted": 1}
        server.store.insert(self.table, {name: [value] for name, value in row.items()})


def tell_call(server: Server, number: int, second: int, **attributes: Any) -> None:
    """A model call with a trace of its own."""
    start = START_NS + second * SECOND
    times = {"start_time_unix_nano": start, "end_time_unix_nano": start + SECOND // 2}
    insert_spans(server.store, make_span(1, number, call_model(**attributes), **times))
    derive_traces(server.store, [(PROJECT, make_trace_id(number))])


def write_conversation(server: Server, number: int, second: int) -> None:
    tell_call(server, number, second, gen_ai__conversation__id=f"c{number}")


def add_turn(server: Server, number: int, _second: int) -> None:
    """Another turn, after all that there is: it is the last to have been spoken in."""
    later = next(LATER)
    tell_call(server, later, later, gen_ai__conversation__id=f"c{number}")


def change_call(server: Server, number: int, second: int) -> None:
    tell_call(server, number, second, user__id=f"user {next(LATER)}")


def write_trace(server: Server, number: int, second: int) -> None:
    start = START_NS + second * SECOND
    insert_spans(server.store, make_span(1, number, start_time_unix_nano=start, end_time_unix_nano=start + SECOND))


def add_span(server: Server, number: int, _second: int) -> None:
    later = next(LATER)
    start = START_NS + later * SECOND
    insert_spans(server.store, make_span(later, number, start_time_unix_nano=start, end_time_unix_nano=start + 1))


def write_signal(server: Server, number: int, second: int) -> None:
    row = {
        "project_id": PROJECT,
        "conversation_id": f"c{number % 3}",
        "turn_index": number,
        "kind": "error",
        "evidence": "{}",
        "time": START_NS + second * SECOND,
        "version": next(VERSIONS),
        "score": 1 / next(VERSIONS),
    }
    server.store.insert("signals", {name: [value] for name, value in row.items()})


def write_opinion(server: Server, number: int, second: int) -> None:
    version = next(VERSIONS)
    opinion = Feedback(PROJECT, f"f{number}", "thumbs", START_NS + second * SECOND, label=f"label {version}")
    write_feedback(server.store, [opinion], version)


def write_task(server: Server, number: int, second: int) -> None:
    row = {
        "project_id": PROJECT,
        "conversation_id": f"c{number % 3}",
        "turn_index": number,
        "steps": next(VERSIONS),
        "start_time": START_NS + second * SECOND,
        "version": next(VERSIONS),
    }
    server.store.insert("agent_tasks", {name: [value] for name, value in row.items()})


LISTS = {
    "conversations": Rows(
        "first_time",
        lambda item: str(item["conversation_id"]),
        lambda number: f"c{number}",
        write_conversation,
        add_turn,
        "conversations",
        lambda number: {"conversation_id": f"c{number}"},
    ),
    "generations": Rows(
        "start_time",
        lambda item: str(item["trace_id"]),
        make_trace_id,
        lambda server, number, second: tell_call(server, number, second),
        change_call,
        "generations",
        lambda number: {"trace_id": make_trace_id(number), "span_id": make_span_id(1)},
    ),
    "signals": Rows(
        "time",
        lambda item: str(item["turn_index"]),
        str,
        write_signal,
        write_signal,
        "signals",
        lambda number: {"conversation_id": f"c{number % 3}", "turn_index": number, "kind": "error"},
    ),
    "tasks": Rows(
        "start_time",
        lambda item: str(item["turn_index"]),
        str,
        write_task,
        write_task,
        "agent_tasks",
        lambda number: {"conversation_id": f"c{number % 3}", "turn_index": number},
    ),
    "feedback": Rows(
        "time",
        lambda item: str(item["identifier"]),
        lambda number: f"f{number}",
        write_opinion,
        write_opinion,
        "feedback",
        lambda number: {"identifier": f"f{number}"},
    ),
    "traces": Rows(
        "start_time",
        lambda item: str(item["trace_id"]),
        make_trace_id,
        write_trace,
        add_span,
        "",
        lambda _number: {},
    ),
}


def disturb(server: Server, rows: Rows, chance: random.Random, begun: dict[int, int], staying: set[int]) -> None:
    """Write, change or remove some row; `begun` has the second of each that there is."""
    what = chance.choice(["write", "change", "change", "remove"])
    going = sorted(set(begun) - staying)
    if what == "remove" and going and rows.table:
        number = chance.choice(going)
        del begun[number]
        rows.remove(server, number)
    elif what == "change":
        number = chance.choice(sorted(begun))
        rows.change(server, number, begun[number])
    else:
        number = max(begun) + 1
        begun[number] = chance.randrange(9)
        rows.write(server, number, begun[number])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("path", LISTS)
def test_what_stays_is_given_once_whatever_happens_between_pages(server: Server, path: str, seed: int) -> None:
    rows, chance = LISTS[path], random.Random(f"{path} {seed}")  # noqa: S311 -- no secret
    begun = {number: chance.randrange(9) for number in range(1, 19)}
    for number, second in begun.items():
        rows.write(server, number, second)
    staying = set(chance.sample(sorted(begun), 12))
    items: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = server.get_json(f"{path}?limit={chance.randint(1, 4)}&cursor={cursor}")
        items += page["items"]
        cursor = page["next_cursor"]
        for _ in range(2):
            disturb(server, rows, chance, begun, staying)
    given = [rows.identify(item) for item in items]
    assert len(given) == len(set(given))
    assert {rows.name(number) for number in staying} <= set(given)
    times = [item[rows.time] for item in items]
    assert times == sorted(times, reverse=True)
