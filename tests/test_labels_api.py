"""REST of labels: what people say of signals and of whole conversations, in pages, changed and taken back."""

import json
import time
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from feedback.records import load_signals
from tests.pages.conftest import Teller
from tracing.access.keys import create_key
from tracing.access.rights import Scope
from tracing.models import AuditEntry, Project
from tracing.store import Store

BAD = [("How do I reset it?", "Hold it."), ("This is awful, I hate it!", "Sorry.")]
OUTCOME = {"target": "conversation", "conversation_id": "a", "verdict": "dissatisfied"}
TONE = {"target": "signal", "conversation_id": "a", "turn_index": 1, "kind": "sentiment"}


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    told = Teller(project, store)
    told.tell("a", BAD)
    return told


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost"})


def post(client: Client, body: Any) -> HttpResponse:
    return client.post("/api/v1/labels", json.dumps(body), content_type="application/json")


def list_items(client: Client, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(client.get(f"/api/v1/labels?{query}").content)["items"]
    return items


def test_a_signal_is_rejected_confirmed_and_left_alone_again(teller: Teller, client: Client) -> None:
    for verdict in ("rejected", "confirmed"):
        answer = json.loads(post(client, TONE | {"verdict": verdict}).content)
        assert answer["item"]["verdict"] == verdict
    [item] = list_items(client)
    assert {name: item[name] for name in TONE} == TONE
    assert (item["verdict"], item["fired"], item["said_by"], item["id"]) == ("confirmed", True, "local", answer["id"])
    assert json.loads(post(client, TONE | {"verdict": None}).content) == {"id": item["id"], "item": None}
    assert list_items(client) == []
    heard = load_signals(teller.store, teller.project.pk, ["a"])["a"]
    assert all(signal.confirmation is None for signal in heard)
    assert AuditEntry.objects.filter(action="add_label", target="a").count() == 3


def test_a_label_is_taken_back_by_its_id_once(teller: Teller, client: Client) -> None:
    post(client, TONE | {"verdict": "rejected"})
    [item] = list_items(client)
    assert client.delete(f"/api/v1/labels/{item['id']}").status_code == 204
    assert list_items(client) == []
    assert client.delete(f"/api/v1/labels/{item['id']}").status_code == 404
    assert client.delete("/api/v1/labels/nothing").status_code == 404


def test_a_missed_complaint_is_told(teller: Teller, client: Client) -> None:
    heard = load_signals(teller.store, teller.project.pk, ["a"])["a"]
    kind = next(each for each in ("request_human", "praise", "rephrase") if each not in {one.kind for one in heard})
    answer = json.loads(post(client, TONE | {"kind": kind, "verdict": "confirmed"}).content)
    assert (answer["item"]["fired"], answer["item"]["score"], answer["item"]["span_id"]) == (False, None, "a-0-span")
    conversation = json.loads(client.get("/api/v1/conversations/a").content)
    [told] = [each for each in conversation["turns"][1]["signals"] if each["kind"] == kind]
    assert (told["detector"], told["fired"], told["verdict"]) == ("person", False, "confirmed")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"conversation_id": "nowhere"}, 404),
        ({"turn_index": 7}, 404),
        ({"kind": "slow"}, 404),
        ({"kind": "request_human"}, 404),
        ({"kind": "thumbs"}, 422),
        ({"turn_index": -1}, 422),
        ({"turn_index": 2**40}, 422),
        ({"verdict": "wrong"}, 422),
        ({"target": "answer"}, 422),
        ({"more": 1}, 422),
    ],
)
def test_what_cannot_be_said_is_refused_and_not_kept(
    teller: Teller, client: Client, change: dict[str, Any], status: int
) -> None:
    answer = post(client, TONE | {"verdict": "rejected"} | change)
    assert answer.status_code == status
    assert json.loads(answer.content)["status"] == status
    assert list_items(client) == []


def test_pages_hold_each_label_once_and_filters_narrow_them(teller: Teller, client: Client) -> None:
    names = [f"c{number}" for number in range(5)]
    for name in names:
        teller.tell(name, BAD)
        post(client, TONE | {"conversation_id": name, "verdict": "rejected" if name == "c2" else "confirmed"})
    found, cursor = [], ""
    while cursor is not None:
        page = json.loads(client.get(f"/api/v1/labels?limit=2&cursor={cursor}").content)
        found += [item["conversation_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert found == names[::-1]
    assert [item["conversation_id"] for item in list_items(client, "verdict=rejected")] == ["c2"]
    assert [item["conversation_id"] for item in list_items(client, "conversation_id=c3&kind=sentiment")] == ["c3"]
    assert list_items(client, "kind=slow") == []


@pytest.mark.parametrize(
    ("scope", "reads", "says"), [(Scope.READ, 200, 403), (Scope.WRITE, 403, 200), (Scope.INGEST, 403, 403)]
)
def test_keys_that_read_look_and_keys_that_write_say(teller: Teller, scope: Scope, reads: int, says: int) -> None:
    key = create_key(teller.project, "k", scopes=[scope], created_by="test")
    client = Client(headers={"host": "localhost", "x-api-key": key})
    assert client.get("/api/v1/labels").status_code == reads
    assert post(client, TONE | {"verdict": "rejected"}).status_code == says


def test_a_conversation_is_judged_judged_otherwise_and_left_alone_again(teller: Teller, client: Client) -> None:
    for verdict in ("satisfied", "dissatisfied"):
        answer = json.loads(post(client, OUTCOME | {"verdict": verdict}).content)
        assert answer["item"]["verdict"] == verdict
    [item] = list_items(client)
    assert {name: item[name] for name in OUTCOME} == OUTCOME
    assert (item["kind"], item["said_by"], item["turn_index"], item["id"]) == ("outcome", "local", None, answer["id"])
    [told] = json.loads(client.get("/api/v1/conversations/a").content)["labels"]
    assert told == {name: item[name] for name in ("id", "kind", "verdict", "said_by", "time")}
    assert json.loads(post(client, OUTCOME | {"verdict": None}).content) == {"id": item["id"], "item": None}
    assert list_items(client) == []
    assert json.loads(client.get("/api/v1/conversations/a").content)["labels"] == []
    assert AuditEntry.objects.filter(action="add_label", target="a").count() == 3


def test_each_reviewer_has_a_word_of_their_own_and_anybody_who_reviews_takes_one_back(
    teller: Teller, client: Client
) -> None:
    key = create_key(teller.project, "k", scopes=[Scope.WRITE], created_by="test")
    other = Client(headers={"host": "localhost", "x-api-key": key})
    post(client, OUTCOME)
    post(other, OUTCOME | {"verdict": "satisfied"})
    found = {item["said_by"]: item for item in list_items(client, "target=conversation")}
    assert sorted(item["verdict"] for item in found.values()) == ["dissatisfied", "satisfied"]
    assert other.delete(f"/api/v1/labels/{found['local']['id']}").status_code == 204
    [left] = list_items(client)
    assert left["verdict"] == "satisfied"
    assert other.delete(f"/api/v1/labels/{found['local']['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"conversation_id": "nowhere"}, 404),
        ({"verdict": "confirmed"}, 422),
        ({"kind": "mood"}, 422),
        ({"turn_index": 1}, 422),
        ({"target": "project"}, 422),
    ],
)
def test_what_cannot_be_said_of_a_conversation_is_refused_and_not_kept(
    teller: Teller, client: Client, change: dict[str, Any], status: int
) -> None:
    answer = post(client, OUTCOME | change)
    assert answer.status_code == status
    assert json.loads(answer.content)["status"] == status
    assert list_items(client) == []


def test_labels_of_signals_and_of_conversations_stand_in_one_list_also_where_they_are_of_one_moment(
    teller: Teller, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"c{number}" for number in range(4)]
    for name in names:
        teller.tell(name, BAD)
    monkeypatch.setattr(time, "time_ns", lambda: 1_900_000_000_000_000_000)
    for name in names:
        post(client, OUTCOME | {"conversation_id": name})
        post(client, TONE | {"conversation_id": name, "verdict": "rejected"})
    found, cursor = [], ""
    while cursor is not None:
        page = json.loads(client.get(f"/api/v1/labels?limit=3&cursor={cursor}").content)
        found += [(item["target"], item["conversation_id"]) for item in page["items"]]
        cursor = page["next_cursor"]
    assert found == [(target, name) for target in ("conversation", "signal") for name in names]
    assert len(list_items(client, "target=signal")) == len(list_items(client, "kind=outcome")) == 4
    assert len(list_items(client, "verdict=dissatisfied&conversation_id=c2")) == 1
