"""What calls cost, wherever somebody would look: the overview, the list, a conversation and its turns."""

import time

import pytest

from tests.conftest import Server
from tests.tracing.otlp import insert_spans, make_span
from tests.tracing.reading import SECOND, call_model
from tracing.rollups import count_changed_hours

NOW = time.time_ns() // SECOND * SECOND
DAY = 86_400 * SECOND


def say(server: Server, trace: int, conversation: str = "c", *, age_days: float = 0.01, model: str = "gpt-5") -> None:
    """A call of 1,000 tokens in and 100 out; by gpt-5's price it costs $0.00225."""
    told = call_model(
        gen_ai__conversation__id=conversation,
        gen_ai__request__model=model,
        gen_ai__usage__input_tokens=1000,
        gen_ai__usage__output_tokens=100,
    )
    start = NOW - round(age_days * DAY) + trace * SECOND
    insert_spans(server.store, make_span(1, trace, told, start_time_unix_nano=start, end_time_unix_nano=start + SECOND))


def derive(server: Server) -> None:
    server.derive()
    while count_changed_hours(server.store):
        pass


def read_page(server: Server, path: str = "") -> str:
    return " ".join(server.get(f"/p/default/{path}").decode().split())


def test_the_overview_says_what_each_model_cost_and_what_it_was_before(server: Server) -> None:
    for trace in (1, 2):
        say(server, trace)
    say(server, 3, "earlier", age_days=8)
    say(server, 4, model="our-own")
    derive(server)
    page = read_page(server)
    assert "<strong>$0.00450</strong> for 3 model calls" in page
    assert "against $0.00225 in the time before" in page
    assert "without 1 call of unknown price" in page
    assert page.index("gpt-5</td>") < page.index("our-own</td>")
    assert page.count("no known price</span>") == 1


def test_a_model_without_a_price_costs_no_zero(server: Server) -> None:
    say(server, 1, model="our-own")
    derive(server)
    page = read_page(server)
    assert "<strong>No known price</strong> for 1 model call" in page
    assert "$0" not in page
    assert 'title="no known price">–</td>' in read_page(server, "conversations")


def test_the_overviews_choice_of_a_model_narrows_what_it_cost(server: Server) -> None:
    say(server, 1)
    say(server, 2, model="gpt-5-mini")
    derive(server)
    page = read_page(server, "?model=gpt-5-mini")
    assert "for 1 model call" in page
    assert "gpt-5-mini</td>" in page


def test_the_list_and_the_turns_say_what_they_cost(server: Server) -> None:
    say(server, 1)
    say(server, 2)
    derive(server)
    say(server, 3, "d")
    derive(server)
    page = read_page(server, "conversations")
    assert ">$0.00450</td>" in page
    assert '2 conversations, newest first · <span title="Of the model calls whose price is known">$0.00675<' in page
    assert ">$0.00450</span>" in read_page(server, "conversations?q=cost%3E0.003")
    page = read_page(server, "conversations/c")
    compared, _, answer = page.partition("earlier answer, replaced")[2].partition("</details>")
    assert compared.count("· $0.00225</span>") == 2  # what was replaced, beside what took its place
    assert answer.count("· $0.00225</span>") == 1


def test_rest_says_what_a_conversation_and_its_answers_cost(server: Server) -> None:
    say(server, 1)
    say(server, 2, "d", model="our-own")
    derive(server)
    listed = {each["conversation_id"]: each["cost_usd"] for each in server.get_json("conversations")["items"]}
    assert listed == {"c": pytest.approx(0.00225), "d": None}
    conversation = server.get_json("conversations/c")
    assert conversation["cost_usd"] == conversation["turns"][0]["answer"]["cost_usd"] == pytest.approx(0.00225)
