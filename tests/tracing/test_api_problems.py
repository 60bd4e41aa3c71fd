"""Whatever REST refuses is problem details (RFC 9457) with words on what to do, and tells nothing of the inside."""

import json
from http.client import HTTPMessage
from typing import Any
from urllib.parse import quote

import pytest
from clickhouse_connect.driver.exceptions import OperationalError

from tests.conftest import Server
from tests.tracing.test_access import ask, close
from tracing.access.keys import create_key
from tracing.store import StoreUnavailableError

PRICE = {"model": "m", "input": 1, "output": 2}


def refuse(
    server: Server, status: int, path: str, method: str = "GET", body: str = "", **headers: str
) -> tuple[HTTPMessage, dict[str, Any]]:
    """Headers and problem details of a request that is refused with this status."""
    answer = ask(server, f"/api/{path}", method, body.encode(), **headers)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem: dict[str, Any] = json.loads(answer.body)
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["title"]
    return answer.headers, problem


@pytest.mark.parametrize("path", ["v1/nothing", "v1/", "", "v2/stats", "v1/stats/"])
def test_an_address_that_is_none_is_404_that_says_where_the_list_is(server: Server, path: str) -> None:
    _, problem = refuse(server, 404, path)
    assert problem["detail"] == f"There is nothing at /api/{path}; /api/v1/openapi.json lists what there is."


def test_pages_keep_their_own_404(server: Server) -> None:
    answer = ask(server, "/nothing")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_another_method_is_405_with_those_that_there_are(server: Server) -> None:
    headers, problem = refuse(server, 405, "v1/prices", "PATCH", "{}")
    assert sorted(headers["Allow"].split(", ")) == ["GET", "PUT"]
    assert problem["detail"] == f"PATCH is not for /api/v1/prices; it takes {headers['Allow']}."


def test_a_foreign_page_is_403_with_the_reason(server: Server) -> None:
    _, problem = refuse(server, 403, "v1/stats", Origin="http://evil.example")
    assert problem["detail"] == "Origin 'http://evil.example' is not this server."


def test_a_closed_server_says_where_the_key_goes(server: Server) -> None:
    close()
    for sent in ({}, {"Authorization": "Bearer nothing"}, {"X_Api_Key": "tacit_x"}):
        headers, problem = refuse(server, 401, "v1/stats", **sent)
        assert headers["WWW-Authenticate"] == "Bearer"
        assert "`Authorization: Bearer <key>` or `x-api-key`" in problem["detail"]
        refuse(server, 401, "v1/stats?unknown=1", **sent)
    assert ask(server, "/api/v1/stats", X_Api_Key=create_key(server.project, "tests")).status == 200


@pytest.mark.parametrize("name", ["no", "%00", "%ED%A0%80", "' OR 1=1 --"])
def test_a_project_that_is_none_is_404(server: Server, name: str) -> None:
    _, problem = refuse(server, 404, f"v1/stats?project={quote(name, safe='%')}")
    assert problem["detail"].startswith("There is no project ")


def test_a_parameter_that_is_none_is_422_with_the_likely_one(server: Server) -> None:
    _, problem = refuse(server, 422, "v1/feedback?lable=up")
    assert problem["detail"].startswith("`lable`: There is no such parameter. Did you mean `label`? There are: ")
    assert [part["parameter"] for part in problem["errors"]] == ["lable"]
    assert refuse(server, 422, "v1/stats?=")[1]["errors"][0]["parameter"] == ""
    refuse(server, 422, "v1/reprocessings?x=1", "DELETE")


def test_a_parameter_given_twice_is_422(server: Server) -> None:
    _, problem = refuse(server, 422, "v1/feedback?label=up&label=down")
    assert problem["detail"] == "`label`: It is given 2 times; give it once."


@pytest.mark.parametrize(
    ("items", "pointer"),
    [
        ([PRICE, PRICE | {"input": -1}], "#/items/1/input"),
        ([PRICE | {"input": "1"}], "#/items/0/input"),
        ([PRICE | {"model": "a\0b"}], "#/items/0/model"),
        ([PRICE | {"provider": "a\0b"}], "#/items/0/provider"),
        ([PRICE | {"valid_from": 0}], "#/items/0/valid_from"),
        ([PRICE | {"valid_from": "2026-02-30"}], "#/items/0/valid_from"),
        ([PRICE | {"valid_from": "2026-02-03", "valid_until": "2026-02-03"}], "#/items/0"),
        ([PRICE | {"a/b~": 1}], "#/items/0/a~1b~0"),
        ([None], "#/items/0"),
        ("x", "#/items"),
    ],
)
def test_a_value_in_a_body_is_422_that_points_at_it(server: Server, items: Any, pointer: str) -> None:
    _, problem = refuse(server, 422, "v1/prices", "PUT", json.dumps({"items": items}))
    assert [part["pointer"] for part in problem["errors"]] == [pointer]
    assert server.get_json("prices") == {"items": []}


@pytest.mark.parametrize("body", ["{", "\x00", '{"items": "'])
def test_a_body_that_is_no_json_is_400(server: Server, body: str) -> None:
    refuse(server, 400, "v1/prices", "PUT", body)


def test_a_body_that_is_too_large_is_413(server: Server) -> None:
    _, problem = refuse(server, 413, "v1/prices", "PUT", "x" * 3_000_000)
    assert problem["detail"] == "The body has more than 2,621,440 bytes; send less at once."


@pytest.mark.parametrize("body", ["[]", "5", '"x"', "[null, null]", '{"days": 3}'])
def test_a_body_of_another_shape_does_nothing(server: Server, body: str) -> None:
    refuse(server, 422, "v1/reprocessings", "POST", body)
    assert server.get_json("reprocessings") == {"items": []}


def test_a_fault_of_ours_is_500_that_tells_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracing.store.Store.query", fail_with(ValueError("the secret of line 5")))
    _, problem = refuse(server, 500, "v1/stats")
    assert problem["detail"] == "Something went wrong in the server; its log says what."
    assert "secret" not in json.dumps(problem)


@pytest.mark.parametrize("error", [StoreUnavailableError("x"), OperationalError("x")])
def test_a_store_that_is_away_is_503_with_a_time_to_come_back(
    server: Server, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr("tracing.store.Store.query", fail_with(error))
    headers, problem = refuse(server, 503, "v1/stats")
    assert headers["Retry-After"] == "5"
    assert "ClickHouse does not answer" in problem["detail"]


def fail_with(error: Exception) -> Any:
    def query(*_arguments: object, **_named: object) -> None:
        raise error

    return query


def test_a_whole_number_may_be_written_with_a_point(server: Server) -> None:
    for given, status in ((3.0, 200), (3, 200), (3.5, 422), ("3", 422), (True, 422), (float("inf"), 422)):
        answer = ask(
            server, "/api/v1/project", "PATCH", json.dumps({"retention_days": given}), Content_Type="application/json"
        )
        assert answer.status == status, given
    assert server.get_json("project")["retention_days"] == 3
