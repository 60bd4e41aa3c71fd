"""Nobody gets a row of a project that they are not in: every route, present and future, times all roles and keys.

Two projects hold the same ids and a mark in every text (`tests/isolation/world.py`). Addresses are found in the URLconf
(`routes.py`), so that a new one is asked for by itself. docs/isolation.md says what is asked, and by whom.
"""

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

import grpc
import pytest
from django.db import models
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from config.grpc_server import GrpcServer
from config.http_server import HttpServer, bind
from config.wsgi import application
from tests.isolation.asking import Answer, Asker, Watch, log_in, make_person, read_everything, use_key
from tests.isolation.routes import Route, list_routes, list_unguarded
from tests.isolation.smuggling import list_smuggled
from tests.isolation.world import (
    SHARED_CONVERSATION,
    SHARED_TRACE,
    Side,
    find_unmarked_columns,
    find_unmarked_fields,
    list_models,
    make_side,
    measure,
)
from tests.tracing.otlp import make_log, make_request, make_span, make_trace_id, to_key_values
from tracing.access.decisions import RunToken
from tracing.access.requirements import Requirement
from tracing.access.rights import EVERYTHING, RIGHTS_OF_ROLES, RIGHTS_OF_SCOPES, Right, Role, Scope
from tracing.ingest import stop_ingest
from tracing.receive.http import PATHS
from tracing.receive.otlp import SIGNALS
from tracing.store import Store

NOTHING: frozenset[Right] = frozenset()
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
TOKEN = "the token of this run"
MOST_TOLD = 40
LAG = 'WHERE "tracing_reprocessing"."state"'
"""How far reprocessing is behind is one figure of the whole installation, as the lags of all stages are."""
PROTOBUF = "application/x-protobuf"


@dataclass(frozen=True)
class Somebody:
    """Who asks, and what they may do in each of the two projects."""

    name: str
    asker: Asker
    of_a: frozenset[Right] = NOTHING
    of_b: frozenset[Right] = NOTHING
    person: models.Model | None = None
    """Pages know people alone."""
    is_command: bool = False
    is_thorough: bool = False
    """Whether they try every method, and read all that is theirs; of others that would say the same again."""

    def list_rights(self, side: Side, world: "World") -> frozenset[Right]:
        return self.of_a if side is world.a else self.of_b

    @property
    def has_key(self) -> bool:
        """A key has its own project, whatever a request names."""
        return not self.person and not self.is_command and bool(self.of_a | self.of_b)


@dataclass(frozen=True)
class World:
    a: Side
    b: Side
    store: Store


@dataclass(frozen=True)
class Request:
    """An address of a project, with the ids of it or of the other one."""

    route: Route
    address: str
    project: Side
    is_of_other: bool
    """Whether its ids are those of the other project."""

    def may_end_session(self, method: str) -> tuple[bool, bool]:
        """What takes no right in a project is asked last, and logging out after all."""
        requirement = self.route.find_requirement(method)
        return not (requirement and requirement.right), "logout" in self.route.names


@pytest.fixture
def world(transactional_db: None, store: Store, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(RunToken, "value", TOKEN)
    return World(make_side(store, 10_001), make_side(store, 20_001), store)


def list_strangers(world: World) -> Iterator[Somebody]:
    """Those who are in neither project, with what may look as if they were."""
    yield Somebody("nobody", Asker(), is_thorough=True)
    alone = make_person("alone@example.org")
    yield Somebody("somebody in no project", log_in(alone), person=alone)
    closed = world.a.people["closed"]
    yield Somebody("an owner of A whose account was closed", log_in(closed))
    for name in ("expired", "revoked", "rotated out"):
        yield Somebody(f"{name} key of A", use_key(world.a.keys[name]))
    key = world.a.keys["every scope"]
    yield Somebody("half a key of A", use_key(key[:30]))
    wrong = {"HTTP_X_KEY": key, "HTTP_X_AUTHORIZATION": f"Bearer {key}", "HTTP_PROXY_AUTHORIZATION": f"Bearer {key}"}
    yield Somebody("a key of A in the wrong headers", Asker(wrong))
    yield Somebody("a key that is empty", use_key(""))


def list_members(world: World) -> Iterator[Somebody]:
    """Those who are in one of the projects: of A as whatever one can be there; of B, made likewise, who may do all."""
    for name, side in (("A", world.a), ("B", world.b)):
        for role in Role if side is world.a else (Role.OWNER,):
            person, rights = side.people[role], RIGHTS_OF_ROLES[role]
            is_thorough = role in (Role.VIEWER, Role.OWNER)
            given = of(side, world, rights)
            yield Somebody(f"{role} of {name}", log_in(person), *given, person, is_thorough=is_thorough)
        scopes = {scope.value: RIGHTS_OF_SCOPES[scope] for scope in Scope if side is world.a}
        for scope, rights in {**scopes, "every scope": EVERYTHING}.items():
            key = use_key(side.keys[scope])
            yield Somebody(
                f"key of {name} for {scope}", key, *of(side, world, rights), is_thorough=scope == "every scope"
            )


def of(side: Side, world: World, rights: frozenset[Right]) -> tuple[frozenset[Right], frozenset[Right]]:
    """The rights in A and in B of somebody who is in one of them."""
    return (rights, NOTHING) if side is world.a else (NOTHING, rights)


def list_those_of_both(world: World) -> Iterator[Somebody]:
    administrator = make_person("administrator@example.org", is_superuser=True)
    yield Somebody("administrator", log_in(administrator), EVERYTHING, EVERYTHING, person=administrator)
    yield Somebody("the run's token", use_key(TOKEN), EVERYTHING, EVERYTHING, is_command=True)


def list_everybody(world: World) -> list[Somebody]:
    return [*list_strangers(world), *list_members(world), *list_those_of_both(world)]


def list_requests(who: Somebody, world: World) -> Iterator[Request]:
    """For each project the addresses in it, and for one that they are not in its ids in the other, too."""
    for route in list_routes():
        for side, other in ((world.a, world.b), (world.b, world.a)):
            for address in complete(route, side, side):
                yield Request(route, address, side, False)
            if not who.list_rights(side, world) and route.parts.keys() - {"project"}:
                for address in complete(route, other, side):
                    if SHARED_CONVERSATION not in address and make_trace_id(SHARED_TRACE) not in address:
                        yield Request(route, address, other, True)
            if not route.is_rest and "project" not in route.parts:
                break


def complete(route: Route, project: Side, ids: Side) -> list[str]:
    """The addresses with what they need behind them; REST is told the project."""
    named = f"project={project.project.slug}" if route.is_rest else ""
    query = "&".join(filter(None, [route.query.format(first_id=ids.first_id), named]))
    return [f"{address}?{query}" if query else address for address in route.fill(project, ids)]


def find_leak(text: str, side: Side, address: str) -> str:
    """Where the side's mark stands in an answer; what the address itself says, also in a word, may be said back."""
    for known in re.findall(rf"[\w-]+[ -]{side.mark}", read_everything("", unquote(address).encode())):
        for said in (known, quote(known), quote(quote(known))):  # plain, in an address, and in one that leads on to it
            text = text.replace(said, "")
    at = text.find(side.mark)
    return text[max(0, at - 80) : at + 80] if at >= 0 else ""


def find_rights(who: Somebody, request: Request, world: World) -> frozenset[Right]:
    """What they may do in the project that will answer."""
    if who.has_key and request.route.is_rest:
        return who.of_a | who.of_b
    return who.list_rights(request.project, world)


def expect(who: Somebody, request: Request, requirement: Requirement | None, rights: frozenset[Right]) -> set[int]:
    """The statuses that the table of rights says; none where the view looks itself at what they may see."""
    route = request.route
    if requirement is None:
        return {404, 405}
    if requirement.is_public or (not requirement.right and who.person):
        return set()
    if not route.is_rest and not who.person:
        return {302}
    if route.is_rest and not (who.person or who.is_command or rights):
        return {401}
    if requirement.right in rights:
        found = 302 if route.leads_on else 200
        return set() if request.is_of_other else {found, 404, 405} if who.has_key else {found, 405}
    return {403, 405} if rights else {404, 405}


def find_faults(
    who: Somebody, method: str, request: Request, answer: Answer, world: World, rights: frozenset[Right]
) -> Iterator[str]:
    """What is wrong with an answer."""
    asked = f"{who.name}: {method} {request.address} -> {answer.status}"
    expected = expect(who, request, request.route.find_requirement(method), rights)
    if answer.status >= 500 or (expected and answer.status not in expected):
        yield f"{asked}, not {expected or 'less than 500'}: {answer.text[:60]!r}"
    leads_to = f"/p/{request.project.project.slug}/" if 405 in expected else "/login?"
    if 302 in expected and answer.status == 302 and not answer.location.startswith(leads_to):
        yield f"{asked}: leads to {answer.location}"
    for side in (world.a, world.b):
        leak = "" if who.list_rights(side, world) else find_leak(answer.text, side, request.address)
        if leak:
            yield f"{asked}: {leak!r}"


def tell(faults: list[str]) -> str:
    return "\n".join([f"{len(faults)} faults", *faults[:MOST_TOLD]])


def test_everything_in_the_projects_can_be_recognised(world: World) -> None:
    for side in (world.a, world.b):
        assert not (unmarked := [*find_unmarked_columns(world.store, side), *find_unmarked_fields(side)]), unmarked


def test_every_view_and_operation_says_whom_it_takes() -> None:
    assert len(list_routes()) > 30
    assert list_unguarded() == []


def test_everybody_reads_what_the_table_of_rights_says_and_nothing_of_another_project(world: World) -> None:
    faults, watch = [], Watch({model._meta.db_table for model in list_models()})
    with watch.reading(world.store):
        for who in list_everybody(world):
            for request in list_requests(who, world):
                rights = find_rights(who, request, world)
                for method in choose_safe_methods(who, request, rights):
                    watch.forget()
                    answer = who.asker.ask(method, request.address)
                    faults += find_faults(who, method, request, answer, world, rights)
                    faults += find_strays(who, request, watch, world)
    assert not faults, tell(faults)


def choose_safe_methods(who: Somebody, request: Request, rights: frozenset[Right]) -> tuple[str, ...]:
    if Right.READ in rights and not request.is_of_other:
        asked = request.route.find_requirement("GET")
        return ("GET",) if who.is_thorough or (asked and asked.right is not Right.READ) else ()
    return ("GET", "HEAD", "OPTIONS") if who.is_thorough else ("GET",)


def find_strays(who: Somebody, request: Request, watch: Watch, world: World) -> Iterator[str]:
    """What was asked of the databases that was not theirs to know, whether an answer showed it or not."""
    own = {side.project.pk for side in (world.a, world.b) if who.list_rights(side, world)}
    if len(own) == 2:
        return
    if watch.projects - own:
        yield f"{who.name}: {request.address} asks the store for projects {watch.projects - own}"
    unbound = [sql for sql in watch.unbound if LAG not in sql]
    if unbound:
        yield f"{who.name}: {request.address} asks for rows of any project: {unbound[0]}"


def test_whoever_may_read_gets_the_rows(world: World) -> None:
    owner, key = log_in(world.a.people[Role.OWNER]), use_key(world.a.keys["every scope"])
    marked = plain = 0
    for route in list_routes():
        requirement = route.find_requirement("GET")
        if not requirement or not requirement.right:
            continue
        for address in complete(route, world.a, world.a):
            answer = (key if route.is_rest else owner).ask("GET", address)
            if route.leads_on and answer.location.startswith(f"/p/{world.a.project.slug}/"):
                answer = owner.ask("GET", answer.location)
            if answer.status != 405:
                assert answer.status == 200, f"{address}: {answer.status}; does it need a query? (routes.QUERIES)"
                marked, plain = marked + (world.a.mark in answer.text), plain + (world.a.mark not in answer.text)
    assert marked > 30
    assert plain <= 20


def test_whoever_lacks_the_right_changes_nothing(world: World) -> None:
    faults = []
    everybody = list_everybody(world)
    before = [measure(world.store, side) for side in (world.a, world.b)]
    for who in everybody:
        asked = [
            (method, request, find_rights(who, request, world))
            for request in list_requests(who, world)
            for method in choose_unsafe_methods(who, request.route)
        ]
        for method, request, rights in sorted(asked, key=lambda each: each[1].may_end_session(each[0])):
            requirement = request.route.find_requirement(method)
            if requirement and requirement.right in rights and not request.is_of_other:
                continue  # what is allowed is tested where it is made
            answer = who.asker.ask(method, request.address)
            faults += find_faults(who, method, request, answer, world, rights)
        after = [measure(world.store, side) for side in (world.a, world.b)]
        for side, held, holds in zip((world.a, world.b), before, after, strict=True):
            changed = {name for name in held if held[name] != holds[name]}
            if who.list_rights(side, world):
                changed -= {"AuditEntry"}  # of what they may do, and did to something that is not there
            faults += [f"{who.name} changed {name} of {side.mark}" for name in sorted(changed)]
        before = after
    assert not faults, tell(faults)


def choose_unsafe_methods(who: Somebody, route: Route) -> tuple[str, ...]:
    return UNSAFE if who.is_thorough else tuple(method for method in UNSAFE if method in (*route.requirements, "POST"))


def make_body(side: Side, signal: str) -> bytes:
    """A span, or a log record, that says itself to be of a project, by number and by name."""
    told = {"service.name": "x", "tacit.project": str(side.project.pk), "project_id": side.project.slug}
    if signal == "logs":
        request = ExportLogsServiceRequest()
        group = request.resource_logs.add()
        group.resource.attributes.extend(to_key_values(told))
        group.scope_logs.add().log_records.append(make_log("event", 99, 99))
        return request.SerializeToString()
    return make_request(make_span(99, 99), resource=told).SerializeToString() if signal == "traces" else b""


def test_spans_and_logs_go_to_the_project_of_the_key_whatever_they_say(world: World) -> None:
    everybody = list_everybody(world)
    before = measure(world.store, world.a)
    for who in everybody:
        for path, signal in PATHS.items():
            answer = who.asker.ask("POST", path, make_body(world.a, signal.name), CONTENT_TYPE=PROTOBUF)
            is_closed = not who.has_key
            expected = 401 if is_closed else 200 if Right.INGEST in who.of_a | who.of_b else 403
            assert answer.status == expected, (who.name, path)
            assert not find_leak(answer.text, world.a, path) or who.of_a
            assert who.asker.ask("GET", path).status == 405
        after = measure(world.store, world.a)
        assert after == before or (Right.INGEST in who.of_a and who.has_key), who.name
        before = after
    stop_ingest()


def test_grpc_takes_the_same_keys(world: World) -> None:
    server = GrpcServer("127.0.0.1", 0)
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            before = measure(world.store, world.a)
            for who in list_everybody(world):
                check_grpc(channel, who, world)
                after = measure(world.store, world.a)
                assert after == before or (Right.INGEST in who.of_a and who.has_key), who.name
                before = after
    finally:
        server.stop()
        stop_ingest()


def check_grpc(channel: grpc.Channel, who: Somebody, world: World) -> None:
    sent = {name.removeprefix("HTTP_").lower().replace("_", "-"): value for name, value in who.asker.headers.items()}
    for signal in SIGNALS:
        call = channel.unary_unary(f"/{signal.service}/Export")
        try:
            call(make_body(world.a, signal.name), metadata=list(sent.items()), timeout=10)
            code = grpc.StatusCode.OK
        except grpc.RpcError as error:
            code = error.code()
        rights = who.of_a | who.of_b
        refused = grpc.StatusCode.PERMISSION_DENIED if rights else grpc.StatusCode.UNAUTHENTICATED
        allowed = grpc.StatusCode.OK if Right.INGEST in rights else refused
        assert code == (allowed if who.has_key else grpc.StatusCode.UNAUTHENTICATED), (who.name, signal.name)


def test_nothing_is_smuggled_past_the_door(world: World) -> None:
    http = HttpServer(application, bind("127.0.0.1", 0))
    http.start()
    people = [who for who in (*list_strangers(world), *list_members(world)) if who.is_thorough and not who.of_a]
    before = measure(world.store, world.a)
    try:
        for who in people:
            for method, path, headers in list_smuggled(world.a, world.b):
                text = send_raw(http.port, method, path, who.asker.give_headers() | headers)
                assert not find_leak(text, world.a, f"{path} {headers}"), (who.name, method, path, headers)
                assert text[9:10] in "234", (who.name, method, path, headers, text[:200])
                assert "django_settings_module" not in text
    finally:
        http.stop()
    assert len(people) == 3
    assert measure(world.store, world.a) == before


def send_raw(port: int, method: str, path: str, headers: dict[str, str]) -> str:
    """What comes back for a path that nobody puts in order first."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", "Content-Length: 0"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        data = b"".join(iter(lambda: connection.recv(65_536), b""))
    return read_everything("", data).strip()
