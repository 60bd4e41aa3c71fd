"""Whatever is sent to the receivers is taken or refused, costs no neighbour, and stops no stage after them.

`make_input` gives input number N always alike; a fault names its number. `make test-slow` sends 200,000.
"""

import logging
import os
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import product
from typing import Any, cast
from urllib.parse import quote, urlsplit

import grpc
import pytest
from django.test import Client

from config.grpc_server import GrpcServer
from tests.conftest import STAGES, Server, empty_store
from tests.fuzz.inputs import NEIGHBOUR_TRACE, PROTOBUF, Input, make_input
from tests.fuzz.sending import Answer, send_all
from tests.isolation.routes import list_routes
from tests.isolation.world import ask
from tests.tracing.otlp import make_request, make_span
from tests.tracing.sending import send
from tracing import derivation
from tracing.conventions import ReadTrace, read_trace
from tracing.receive.otlp import SIGNALS, Signal
from tracing.spans import Trace
from tracing.store import Store

FEW = 150
MANY = int(os.environ.get("TACIT_TEST_FUZZ", "200000"))
FIRST = int(os.environ.get("TACIT_TEST_FUZZ_FIRST", "1000000"))
ROUND = 2_000
"""Inputs whose rows are in the store together."""
READ_EVERY = 5
"""Of so many rounds one is read by the stages, too, which takes longer than to be sent."""
PAGES = 2
"""Conversations, traces and users whose pages are asked for after each round."""


class Faults(logging.Handler):
    """Notes everything that Tacit says went wrong."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.told.append(f"{record.getMessage()[:300]}: {error!r:.500}\n{self.format(record)[-1500:]}")


@pytest.fixture
def faults() -> Iterator[Faults]:
    handler = Faults()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def test_a_few_hundred_inputs(server: Server, faults: Faults) -> None:
    found = send_round(server, faults, range(FEW))
    assert not found, "\n".join(found[:20])


def test_a_fault_of_a_stage_and_a_lost_neighbour_are_found(
    server: Server, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no silence of the fuzzing is its own."""

    def trip(trace: Trace) -> ReadTrace:
        if trace.spans[0].trace_id.endswith("7"):
            raise RecursionError("planted")
        return read_trace(trace)

    monkeypatch.setattr(derivation, "read_trace", trip)
    answers = send_all(urlsplit(server.url).port or 0, range(40))
    assert not [*find_wrong_answers(answers), *find_lost(server.store, answers)]
    derive_all(server)
    assert {told.partition(" of project")[0][-2:-1] for told in faults.told} == {"7"}
    server.store.execute("TRUNCATE TABLE otel_traces")
    assert len([*find_lost(server.store, answers)]) > 10


def test_half_a_letter_in_json_inside_of_a_text_is_no_fault(server: Server, faults: Faults) -> None:
    """Found among 200,000: texts that readers take from JSON once more may hold what no UTF-8 can."""
    said = r'[{"role": "user", "content": "half \ud800 of \udc00\ud83d"}]'
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.conversation.id": "halves",
        "gen_ai.input.messages": said,
        "gen_ai.output.messages": said.replace("user", "assistant"),
        "gen_ai.tool.definitions": r'[{"name": "\ud800", "description": "\udc00"}]',
        "gen_ai.tool.call.arguments": r'{"\ud800": "\udfff"}',
        "user.id": r"\ud800",
    }
    assert send(server, make_request(make_span(1, attributes=attributes)).SerializeToString()).status == 200
    derive_all(server)
    assert not ask_pages(server, is_every=False) + faults.told
    client = Client(headers={"host": "127.0.0.1"})
    for kind in ("csv", "jsonl"):
        response = client.post("/p/default/picked/download", {"of": "all", "as": kind})
        assert b"halves" in b"".join(response)


def test_a_few_inputs_over_grpc(server: Server, faults: Faults) -> None:
    grpc_server = GrpcServer("127.0.0.1", 0)
    grpc_server.start()
    found = []
    with grpc.insecure_channel(f"127.0.0.1:{grpc_server.port}") as channel:
        for each in filter(is_protobuf, map(make_input, range(FEW))):
            [signal] = [signal for signal in SIGNALS if each.path.endswith(signal.name)]
            code = export(channel, signal, each)
            if code not in (grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT) or (
                each.is_valid and code != grpc.StatusCode.OK
            ):
                found.append(f"input {each.number}: {code}")
    grpc_server.stop()
    assert not found + faults.told


def is_protobuf(each: Input) -> bool:
    return each.headers == {"Content-Type": PROTOBUF}


def export(channel: grpc.Channel, signal: Signal, each: Input) -> grpc.StatusCode:
    call: Any = channel.unary_unary(f"/{signal.service}/Export")
    try:
        call(each.body, timeout=60)
    except grpc.RpcError as error:
        return cast(Any, error).code()
    return grpc.StatusCode.OK


@pytest.mark.slow
def test_very_many_inputs(server: Server, faults: Faults) -> None:
    found: list[str] = []
    start = time.monotonic()
    for number in range(MANY // ROUND):
        first = FIRST + number * ROUND
        found += send_round(server, faults, range(first, first + ROUND), is_read=number % READ_EVERY == 0)
        empty_store(server.store)
        print(f"{(number + 1) * ROUND:,} inputs, {len(found)} faults, {time.monotonic() - start:.0f} s", flush=True)
    assert not found, "\n".join([f"{len(found)} faults", *found[:40]])


def send_round(server: Server, faults: Faults, numbers: Sequence[int], *, is_read: bool = True) -> list[str]:
    """What went wrong with these inputs at the door, and where `is_read`, in all stages after it and on pages."""
    faults.told.clear()
    answers = send_all(urlsplit(server.url).port or 0, numbers)
    found = [*find_wrong_answers(answers), *find_lost(server.store, answers)]
    if is_read:
        derive_all(server)
        found += ask_pages(server, len(numbers) >= ROUND)
    return found + [f"inputs {numbers[0]} to {numbers[-1]}: {told}" for told in faults.told]


def find_wrong_answers(answers: Sequence[Answer]) -> Iterator[str]:
    for answer in answers:
        if answer.status >= 500 or (answer.input.is_valid and answer.status != 200):
            yield f"input {answer.input.number} ({answer.input.kind}): {answer.status} {answer.body[:300]!r}"


def find_lost(store: Store, answers: Sequence[Answer]) -> Iterator[str]:
    """Neighbours of what was hostile that were acknowledged and are not there."""
    for path, table in (("/v1/traces", "otel_traces"), ("/v1/logs", "otel_logs")):
        there = set(list_values(store, table, "TraceId"))
        for each in answers:
            wanted = f"{NEIGHBOUR_TRACE + each.input.number:032x}"
            if each.input.is_valid and each.input.path == path and each.status == 200 and wanted not in there:
                yield f"input {each.input.number} ({each.input.kind}): its neighbour is lost"


def derive_all(server: Server) -> None:
    """Every stage until nothing waits."""
    for _ in range(200):
        server.derive()
        if not any(stage.measure_lag(server.store) for stage in STAGES):
            return
    raise AssertionError(f"stages that do not end: {[each.name for each in STAGES if each.measure_lag(server.store)]}")


def ask_pages(server: Server, is_every: bool) -> list[str]:
    """Addresses of pages and of REST that cannot be given of what is stored now: every one, or those of one thing."""
    client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
    found = []
    for address in list_addresses(server.store, is_every):
        response = client.get(address)
        b"".join(response.streaming_content) if response.streaming else response.content
        if response.status_code >= 500:
            found.append(f"{address[:300]}: {response.status_code}")
    return found


def list_addresses(store: Store, is_every: bool) -> Iterator[str]:
    """Every address to read that needs a project alone, and for some conversations and traces those that need one."""
    ids = {name: list_ids(store, name, PAGES) for name in ("conversation_id", "trace_id", "user_id")}
    given = {"project": ["default"], **ids}
    for route in list_routes():
        is_wanted = is_every or not ids.keys().isdisjoint(route.parts)
        if is_wanted and route.find_requirement("GET") and given.keys() >= set(route.parts) and not route.query:
            for chosen in product(*(given[name] for name in route.parts)):
                filled = zip(route.parts, (quote(each, safe="/") for each in chosen), strict=True)
                yield route.path.format(**dict(filled))


def list_ids(store: Store, column: str, most: int) -> list[str]:
    """Some values of a column of the model calls."""
    return sorted(filter(None, list_values(store, "generations", column)), key=lambda id: sha256(id.encode()).digest())[
        :most
    ]


def list_values(store: Store, table: str, column: str) -> list[str]:
    query = "SELECT DISTINCT {column:Identifier} FROM {table:Identifier} WHERE project_id = 1"
    return [row[0] for row in ask(store, query, column=column, table=table)]
