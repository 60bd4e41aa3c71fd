"""What the store refused: seen on a page and by REST, inserted again by either, out of the way where there is none."""

import json

import pytest
from django.test import Client

from tests.tracing.otlp import make_request, make_span
from tracing.dead_letters import count_letters, insert_rows
from tracing.models import Project
from tracing.receive.decoding import decode_spans
from tracing.store import Store

PAGE = "/p/default/dead-letters"


@pytest.fixture
def client(project: Project) -> Client:
    return Client(headers={"host": "localhost"})


@pytest.fixture
def letters(store: Store) -> int:
    """Three rows that the store refused."""
    batch = decode_spans(make_request(*(make_span(number) for number in range(1, 4))), 1)
    batch.columns["Timestamp"] = [2**70, 2**71, 2**72]
    return insert_rows(store, "otel_traces", batch.columns)


def test_a_project_without_dead_letters_does_not_speak_of_them(client: Client, store: Store) -> None:
    assert "Dead letters" not in client.get("/p/default/").content.decode()
    assert "There is none" in client.get(PAGE).content.decode()


@pytest.mark.usefixtures("letters")
def test_the_menu_leads_to_a_list_with_the_reasons(client: Client) -> None:
    assert f'href="{PAGE}"' in client.get("/p/default/").content.decode()
    page = client.get(PAGE).content.decode()
    assert page.count("Timestamp") == 3
    assert "3 rows that the store refused for what they hold" in page


@pytest.mark.usefixtures("letters")
def test_the_button_tells_what_became_of_them(client: Client, store: Store) -> None:
    answer = client.post(f"{PAGE}/retry", follow=True)
    assert answer.redirect_chain[-1][0] == PAGE
    assert "0 went in, 3 were refused again." in answer.content.decode()
    assert count_letters(store, 1) == 3


def test_a_reason_that_holds_markup_is_text(client: Client, store: Store) -> None:
    store.insert("dead_letters", {"project_id": [1], "letter_id": ["a"], "row": ["{}"], "reason": ["<script>x"]})
    page = client.get(PAGE).content.decode()
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page


@pytest.mark.usefixtures("letters")
def test_rest_gives_them_by_pages(client: Client) -> None:
    first = client.get("/api/v1/dead-letters?limit=2").json()
    second = client.get(f"/api/v1/dead-letters?limit=2&cursor={first['next_cursor']}").json()
    items = first["items"] + second["items"]
    assert len({item["letter_id"] for item in items}) == 3
    assert second["next_cursor"] is None
    assert set(items[0]) == {"letter_id", "table_name", "reason", "row_bytes", "time"}


def test_rest_inserts_them_again(client: Client, store: Store) -> None:
    row = {"project_id": 1, "TraceId": "a", "SpanId": "b"}
    store.insert(
        "dead_letters",
        {"project_id": [1], "letter_id": ["a"], "table_name": ["otel_traces"], "row": [json.dumps(row)]},
    )
    assert client.post("/api/v1/dead-letters/retry").json() == {"stored": 1, "refused": 0}
    assert client.get("/api/v1/dead-letters").json() == {"items": [], "next_cursor": None}
    assert client.get("/api/v1/stats").json()["spans"] == 1
