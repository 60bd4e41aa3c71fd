"""REST of reviews: items taken into hand, words kept, listed and taken back, and what came of a queue."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from feedback.api_reviews import encode_id
from feedback.labels import load_labels
from feedback.models import ReviewItem, ReviewQueue
from feedback.review.questions import Question
from feedback.reviewing.handing_out import take_next
from feedback.reviewing.submitting import Said, submit
from tests.feedback.reviewing.places import add_item, make_queue
from tests.pages.conftest import Teller
from tracing.access.keys import create_key
from tracing.access.rights import Scope
from tracing.models import AuditEntry, Project
from tracing.store import Store

TALK = [("How do I reset it?", "Hold the button."), ("This is awful, I hate it!", "I am sorry.")]


@pytest.fixture
def queue(project: Project, store: Store) -> ReviewQueue:
    teller = Teller(project, store)
    queue = make_queue(project, guidelines="Be *fair*.")
    with teller.together():
        for name in "abc":
            teller.tell(name, TALK)
    for name in "abc":
        add_item(queue, name, opinion={"probability": 0.9})
    return queue


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost"})


def post(client: Client, path: str, body: Any = None) -> HttpResponse:
    return client.post(f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json")


def read(client: Client, path: str) -> Any:
    return json.loads(client.get(f"/api/v1/{path}").content)


def test_a_program_reviews_a_queue_to_its_end(queue: ReviewQueue, client: Client, store: Store) -> None:
    said = []
    while item := json.loads(post(client, "review-queues/1/next").content)["item"]:
        assert "opinion" not in item
        assert "0.9" not in json.dumps(item)
        assert (item["guidelines"], [each["key"] for each in item["choices"]][:2]) == (
            "Be *fair*.",
            ["satisfied", "dissatisfied"],
        )
        told = {"queue": 1, "place": item["place"], "choices": ["dissatisfied"], "seconds": 2.5, "note": "rude"}
        answer = json.loads(post(client, "reviews", told).content)
        assert (answer["state"], answer["choices"]) == ("settled", ["dissatisfied"])
        said.append(answer["id"])
    assert [each["id"] for each in read(client, "reviews")["items"]] == said[::-1]
    assert [each.key.said_by for each in load_labels(store, 1, "b")] == ["local"]
    assert [each["queue"] for each in read(client, "labels?conversation_id=b")["items"]] == [1]
    [entry] = AuditEntry.objects.filter(action="add_review", target="1 of Queue 1")
    assert entry.details == {"choices": ["dissatisfied"], "adjudicates": False}
    assert AuditEntry.objects.filter(action="take_review_item").count() == 4


def test_a_review_is_taken_back_once_and_stays_in_the_history(queue: ReviewQueue, client: Client) -> None:
    told = {"queue": 1, "place": 1, "choices": ["satisfied"]}
    review_id = json.loads(post(client, "reviews", told).content)["id"]
    assert client.delete(f"/api/v1/reviews/{review_id}").status_code == 204
    assert client.delete(f"/api/v1/reviews/{review_id}").status_code == 404
    others = [
        encode_id(*given, "local", is_adjudication=False) for given in ((1, "a\0", 0), (2**40, "a", 0), (1, "a", -1))
    ]
    for other in ("nothing", *others):
        assert client.delete(f"/api/v1/reviews/{other}").status_code == 404
    assert read(client, "reviews")["items"] == []
    history = read(client, "reviews?history=true")["items"]
    assert [each["is_taken_back"] for each in history] == [True, False]
    assert {(each["id"], each["conversation_id"], each["queue"]) for each in history} == {(review_id, "a", 1)}


def test_nobody_takes_back_what_another_said(queue: ReviewQueue, client: Client, store: Store) -> None:
    submit(store, queue.items.get(place=1), "anna", Said(["satisfied"]))
    [item] = read(client, "reviews")["items"]
    assert client.delete(f"/api/v1/reviews/{item['id']}").status_code == 404
    assert len(read(client, "reviews?said_by=anna&queue=1&conversation_id=a")["items"]) == 1
    for other in ("said_by=bert", "queue=2", "conversation_id=b"):
        assert read(client, f"reviews?{other}")["items"] == []


def test_reviews_come_in_pages(queue: ReviewQueue, client: Client, store: Store) -> None:
    for item in queue.items.all():
        submit(store, item, "anna", Said(["satisfied"]))
    seen, cursor = [], ""
    while cursor is not None:
        page = read(client, f"reviews?limit=1&cursor={cursor}")
        seen += [each["conversation_id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"choices": []}, 422),
        ({"choices": ["satisfied", "dissatisfied"]}, 422),
        ({"queue": 2}, 404),
        ({"place": 9}, 404),
        ({"place": 0}, 422),
        ({"seconds": -1}, 422),
        ({"better_answer": "\ud800"}, 422),
        ({"is_adjudication": True}, 409),
        ({"more": 1}, 422),
    ],
)
def test_what_cannot_be_kept_is_refused(
    queue: ReviewQueue, client: Client, change: dict[str, Any], status: int
) -> None:
    told = {"queue": 1, "place": 1, "choices": ["satisfied"]} | change
    assert post(client, "reviews", told).status_code == status


def test_what_another_holds_is_refused_with_a_reason(queue: ReviewQueue, client: Client) -> None:
    take_next(queue, "anna", timezone.now())
    answer = post(client, "reviews", {"queue": 1, "place": 1, "choices": ["satisfied"]})
    assert answer.status_code == 409
    assert "in hand" in json.loads(answer.content)["detail"]


def test_an_item_whose_conversation_is_gone_is_not_handed_out(queue: ReviewQueue, client: Client) -> None:
    queue.items.filter(place=1).update(conversation_id="nowhere")
    assert json.loads(post(client, "review-queues/1/next").content)["item"]["place"] == 2
    assert queue.items.get(place=1).state == ReviewItem.State.GONE


def test_a_key_that_only_reads_judges_nothing(queue: ReviewQueue, client: Client, project: Project) -> None:
    key = {"authorization": f"Bearer {create_key(project, 'reader', [Scope.READ])}"}
    assert client.post("/api/v1/review-queues/1/next", headers=key).status_code == 403
    assert client.get("/api/v1/reviews", headers=key).status_code == 200


def test_results_tell_agreement_and_what_was_found(project: Project, store: Store, client: Client) -> None:
    teller = Teller(project, store)
    queue = make_queue(project, Question.REACTION, reviewers=2)
    with teller.together():
        for place in range(6):
            teller.tell(f"c{place}", TALK)
    items = [add_item(queue, f"c{place}", 1, reason="random" if place < 3 else "uncertain") for place in range(6)]
    for place, item in enumerate(items):
        submit(store, item, "anna", Said(["complaint"] if place % 2 else ["none"], seconds=4))
        submit(store, item, "bert", Said(["complaint"] if place % 2 and place < 5 else ["none"], seconds=8))
    submit(store, items[5], "dora", Said(["complaint"]), is_adjudication=True)
    told = read(client, "review-queues/1/results")
    assert (told["agreement"]["items"], round(told["agreement"]["raw"]["value"], 3)) == (6, 0.833)
    assert round(told["agreement"]["kappa"]["value"], 3) == 0.667
    assert told["control_agreement"]["items"] == 3
    assert [(each["first"], each["second"]) for each in told["pairs"]] == [("anna", "bert")]
    [complaint] = [each for each in told["found"] if each["answer"] == "complaint"]
    assert (complaint["title"], complaint["items"], complaint["share"]["value"]) == ("Complains", 3, 0.5)
    assert (complaint["control"]["n"], round(complaint["control"]["value"], 3)) == (3, 0.333)
    assert told["reviewers"] == [
        {"who": "anna", "done": 6, "skipped": 0, "adjudicated": 0, "seconds": 4.0},
        {"who": "bert", "done": 6, "skipped": 0, "adjudicated": 0, "seconds": 8.0},
        {"who": "dora", "done": 0, "skipped": 0, "adjudicated": 1, "seconds": None},
    ]
    by_choice = {each["answer"]: each["agreement"] for each in told["choices"]}
    assert by_choice["praise"]["why_not"].startswith("All answers are the same")


def test_agreement_is_of_what_was_said_blind(queue: ReviewQueue, store: Store, client: Client) -> None:
    item = queue.items.get(place=1)
    ReviewItem.objects.filter(pk=item.pk).update(needed=2)
    item.refresh_from_db()
    submit(store, item, "anna", Said(["satisfied"]))
    submit(store, item, "bert", Said(["dissatisfied"]))
    submit(store, item, "bert", Said(["satisfied"]))
    told = read(client, "review-queues/1/results")
    assert told["agreement"]["raw"]["value"] == 0.0
    assert [each["items"] for each in told["found"]] == [1, 0, 0]


def test_a_queue_in_which_nothing_was_said_tells_nothing(queue: ReviewQueue, client: Client) -> None:
    told = read(client, "review-queues/1/results")
    assert told["agreement"]["why_not"].startswith("No item")
    assert (told["found"], told["reviewers"], told["pairs"], told["choices"]) == ([], [], [], [])
    assert client.get("/api/v1/review-queues/7/results").status_code == 404
