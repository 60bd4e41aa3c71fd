"""A project says what it pays; calls that are read from then on cost that, in REST, hours and on the page."""

import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.conftest import Server
from tests.tracing.otlp import PROJECT, insert_spans, make_span, make_trace_id
from tests.tracing.reading import SECOND, call_model
from tracing.derivation import derive_traces
from tracing.models import Project
from tracing.project_prices import load_project_prices
from tracing.rollups import count_changed_hours

NOW = time.time_ns() // SECOND * SECOND


def put(server: Server, *prices: dict[str, Any]) -> Any:
    """The answer, refused or not."""
    body = json.dumps({"items": prices}).encode()
    request = urllib.request.Request(
        f"{server.url}/api/v1/prices", body, {"Content-Type": "application/json"}, method="PUT"
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def say(server: Server, trace: int = 1, **attributes: Any) -> None:
    """A call of 1,000 tokens in and 100 out, stored and read."""
    tokens = {"gen_ai__usage__input_tokens": 1000, "gen_ai__usage__output_tokens": 100}
    told = call_model(gen_ai__conversation__id="c", **(tokens | attributes))
    times = {"start_time_unix_nano": NOW, "end_time_unix_nano": NOW + SECOND}
    insert_spans(server.store, make_span(1, trace, told, **times))
    derive_traces(server.store, [(PROJECT, make_trace_id(trace))])


def test_what_a_project_pays_wins_over_the_table(server: Server) -> None:
    put(server, {"model": "gpt-5", "input": 1, "output": 2})
    say(server)
    [generation] = server.get_json("generations")["items"]
    assert (generation["cost_usd"], generation["cost_reported"]) == (pytest.approx(0.0012), False)
    count_changed_hours(server.store)
    [hour] = server.get_json("hours")["items"]
    assert hour["cost_usd"] == pytest.approx(0.0012)


def test_prices_are_set_whole_and_told_again(server: Server) -> None:
    first = {"model": "ours", "input": 1, "output": 2, "valid_from": "2026-01-01", "valid_until": "2026-02-01"}
    put(server, first, {"model": "other", "provider": "azure", "input": 0, "output": 0, "cache_read": 0})
    listed = server.get_json("prices")["items"]
    assert [each["model"] for each in listed] == ["ours", "other"]
    assert {name: listed[0][name] for name in first} == first
    assert put(server, first)["items"] == server.get_json("prices")["items"]
    assert [price.model for price in load_project_prices(PROJECT)] == ["ours"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"input": -1},
        {"input": "much"},
        {"model": ""},
        {"output": None},
        {"valid_from": "2026-02-01", "valid_until": "2026-02-01"},
    ],
)
def test_a_price_that_cannot_be_is_refused_and_nothing_changes(server: Server, wrong: dict[str, Any]) -> None:
    right = {"model": "ours", "input": 1, "output": 2}
    put(server, right)
    assert put(server, right, right | wrong) == 422
    assert [each["model"] for each in server.get_json("prices")["items"]] == ["ours"]


def test_prices_of_a_project_are_its_own(server: Server) -> None:
    Project.objects.create(pk=7, slug="other", name="Other")
    put(server, {"model": "gpt-5", "input": 1, "output": 2})
    assert load_project_prices(7) == ()


def test_the_page_of_a_conversation_says_what_it_cost(server: Server) -> None:
    say(server)
    say(server, 2, gen_ai__request__model="our-own")
    page = server.get("/p/default/conversations/c").decode()
    assert "$0.00225" in page
    assert "without 1 call of unknown price" in page


def test_a_reported_cost_is_said_to_be_reported(server: Server) -> None:
    say(server, gen_ai__usage__cost=0.5)
    page = server.get("/p/default/conversations/c").decode()
    assert '$0.50 <span class="soft">reported</span>' in page
    [generation] = server.get_json("generations")["items"]
    assert (generation["cost_usd"], generation["cost_reported"]) == (0.5, True)


def test_a_conversation_of_unknown_price_has_no_amount(server: Server) -> None:
    say(server, gen_ai__request__model="our-own")
    page = server.get("/p/default/conversations/c").decode()
    assert '<dt>cost</dt><dd><span class="soft">not known</span>' in page


def test_sums_of_costs_are_the_same_in_every_order(server: Server) -> None:
    costs = [0.1, 0.2, 0.3, 0.7, 1e-9]
    sums = set()
    for order in (costs, costs[::-1], costs[2:] + costs[:2]):
        for trace, cost in enumerate(order, start=1):
            say(server, trace, gen_ai__usage__cost=cost)
        count_changed_hours(server.store)
        sums |= {hour["cost_usd"] for hour in server.get_json("hours")["items"]}
    assert sums == {1.300000001}
