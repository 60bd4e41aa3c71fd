"""REST of review queues: from a definition to items, blind, and what is refused."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from feedback.models import ReviewItem, ReviewQueue, ReviewTurn
from tests.feedback.reviewing.traffic import NOW, Heard, Talked, fill
from tests.pages.people import log_in, make_user
from tracing.access.rights import Role
from tracing.models import AuditEntry, Project
from tracing.store import Store

NEW = {"name": "Was it good?", "question": "outcome"}


class Rest:
    """Asks as somebody who is logged in, or as whoever uses an open server."""

    def __init__(self, client: Client | None = None) -> None:
        self.client = client or Client(headers={"host": "localhost"})

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        content = "" if body is None else json.dumps(body)
        answer = self.client.generic(method, f"/api/v1/{path}", content, content_type="application/json")
        assert answer.status_code == status, answer.content
        return json.loads(answer.content) if answer.content else None


@pytest.fixture
def rest(project: Project, store: Store) -> Rest:
    heard = (Heard("complaint", 0.8, 1, 0), Heard("thumbs", 1.0, 1, 1, 1))
    fill(store, project, [Talked(f"c{number}", heard=heard, failed=0, mode=2) for number in range(6)])
    return Rest()


def test_a_queue_is_made_drawn_from_changed_closed_and_deleted(rest: Rest) -> None:
    made = rest.ask("POST", "review-queues", NEW | {"mix": {"random": 5}, "size": 4}, 201)
    assert (made["number"], made["question"], made["mix"]["random"], made["is_open"]) == (1, "outcome", 5.0, True)
    assert (made["progress"]["items"], made["drawn_until"]) == (0, None)
    assert rest.ask("POST", "review-queues/1/draws", status=201) == {"drawn": 4}
    assert rest.ask("POST", "review-queues/1/draws", {"size": 5}, 201) == {"drawn": 2}
    shown = rest.ask("GET", "review-queues/1")
    assert (shown["progress"]["items"], shown["progress"]["waits_for_me"], shown["drawn_from"]) == (6, 6, 8)
    changed = rest.ask("PATCH", "review-queues/1", {"guidelines": "Be kind.", "reviewers": 2, "name": "Other"})
    assert (changed["guidelines_version"], changed["reviewers"], changed["name"], changed["size"]) == (2, 2, "Other", 4)
    assert rest.ask("PATCH", "review-queues/1", {"is_open": False})["is_open"] is False
    assert "closed" in rest.ask("POST", "review-queues/1/draws", status=409)["detail"]
    rest.ask("DELETE", "review-queues/1", status=204)
    assert rest.ask("GET", "review-queues")["items"] == []
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")][:3] == [
        "add_review_queue",
        "draw_review_items",
        "draw_review_items",
    ]


@pytest.mark.parametrize(
    ("wrong", "parameter"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"filter": "nonsense:1"}, "filter"),
        ({"mix": {"random": 0}}, "mix"),
        ({"mix": {"uncertain": 900, "random": 1}}, "mix"),
        ({"guidelines": "\0"}, "guidelines"),
        ({"question": "mood"}, "#/question"),
        ({"reviewers": 6}, "#/reviewers"),
        ({"size": 0}, "#/size"),
        ({"overlap": 1.1}, "#/overlap"),
        ({"more": 1}, "#/more"),
    ],
)
def test_what_cannot_be_is_named(rest: Rest, wrong: dict[str, Any], parameter: str) -> None:
    problem = rest.ask("POST", "review-queues", NEW | wrong, 422)
    assert parameter in json.dumps(problem), problem
    assert not ReviewQueue.objects.exists()


def test_names_are_taken_once_and_questions_stay(rest: Rest) -> None:
    rest.ask("POST", "review-queues", NEW, 201)
    assert "already" in json.dumps(rest.ask("POST", "review-queues", NEW, 422))
    assert rest.ask("PATCH", "review-queues/1", {"question": "answer"}, 422)
    assert rest.ask("PATCH", "review-queues/1", {"name": NEW["name"]})["name"] == NEW["name"]


def test_items_tell_nothing_of_what_tacit_thinks_before_the_caller_judged_them(
    rest: Rest, project: Project, quick_passwords: None
) -> None:
    rest.ask("POST", "review-queues", NEW, 201)
    rest.ask("POST", "review-queues/1/draws", status=201)
    make_user("ann@example.org", project, Role.REVIEWER)
    ann = Rest(log_in("ann@example.org"))
    first, second = rest_items = ann.ask("GET", "review-queues/1/items?limit=2")["items"]
    assert all(
        item["opinion"] is item["reason"] is item["propensity"] is item["answer_turn"] is None for item in rest_items
    )
    for who, item in (("ann@example.org", first), ("ben@example.org", second)):
        row = ReviewItem.objects.get(place=item["place"])
        ReviewTurn.objects.create(item=row, who=who, state=ReviewTurn.State.DONE, at=timezone.now())
    page = ann.ask("GET", "review-queues/1/items?limit=2")
    judged, blind = page["items"]
    assert (judged["is_done_by_me"], judged["opinion"]["failure_mode"], judged["answer_turn"]) == (True, 2, 0)
    assert (blind["is_done_by_me"], blind["opinion"]) == (False, None)
    rest_of = ann.ask("GET", f"review-queues/1/items?cursor={page['next_cursor']}")
    assert [item["place"] for item in rest_of["items"]] == [3, 4, 5, 6]
    assert ann.ask("GET", "review-queues/1/items?state=settled")["items"] == []


def test_what_was_said_keeps_its_queue(rest: Rest) -> None:
    rest.ask("POST", "review-queues", NEW, 201)
    rest.ask("POST", "review-queues/1/draws", status=201)
    ReviewItem.objects.filter(place=1).update(said_version=1)
    assert "close it" in rest.ask("DELETE", "review-queues/1", status=409)["detail"]
    assert ReviewQueue.objects.count() == 1


def test_a_queue_of_another_project_is_none(rest: Rest) -> None:
    other = Project.objects.create(slug="other", name="Other")
    ReviewQueue.objects.create(project=other, number=1, name="x", question="outcome", mix={}, created_at=NOW)
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/draws"), ("GET", "/items")):
        body = None if method in ("GET", "DELETE") else {}
        rest.ask(method, f"review-queues/1{path}", body, 404)
    rest.ask("GET", f"review-queues/{2**40}", status=404)
