"""What the pages of failure modes tell of reviews, and the button that begins one."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from feedback.failures.finding import assign_waiting
from feedback.models import FailureCatalogue, FailureMode, ReviewItem, ReviewQueue
from feedback.review.questions import NONE
from tests.feedback.failures.filling import NOW
from tests.feedback.failures.reviewing import draw_modes, say
from tests.feedback.reviewing.traffic import Talked, fill
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry, Project
from tracing.store import Store

BASE = "/p/default/failure-modes"
HOSTILE = "<script>alert(1)</script>"


def make_client() -> Client:
    return Client(headers={"host": "localhost"})


def show(path: str = f"{BASE}/1") -> str:
    return " ".join(read(make_client().get(path)).split())


def press(number: int = 1) -> HttpResponse:
    return make_client().post(f"{BASE}/{number}/review")


@pytest.fixture
def shop(store: Store, project: Project) -> Project:
    """Two failure modes of twenty conversations each."""
    draw_modes(store, project)
    return project


@pytest.fixture
def talked(store: Store, project: Project) -> Project:
    """Conversations in the first of two failure modes, as draws of queues find them."""
    for number in (1, 2):
        FailureMode.objects.create(
            project=project,
            number=number,
            family="answer",
            found_at=NOW,
            first_time=NOW,
            last_time=NOW,
            state_since=NOW,
        )
    end = NOW - timedelta(hours=1)
    fill(store, project, [Talked(f"c{number}", end=end, failed=0, mode=1 + number % 2) for number in range(12)])
    return project


def test_one_press_makes_a_queue_of_the_mode_that_does_not_tell_it(talked: Project) -> None:
    answer = press()
    queue = ReviewQueue.objects.get()
    assert answer["Location"] == f"/p/default/review/{queue.number}"
    assert (queue.question, queue.filter) == ("failure_mode", "failure_mode:1")
    assert queue.guidelines
    assert {item.opinion["failure_mode"] for item in ReviewItem.objects.all()} == {1}
    assert queue.items.count() == 6
    assert "1" not in queue.name
    assert AuditEntry.objects.get(action="review_failure_mode").details["failure_mode"] == 1


def test_the_second_press_finds_the_queue_again(talked: Project) -> None:
    assert press()["Location"] == press()["Location"]
    assert (ReviewQueue.objects.count(), ReviewItem.objects.count()) == (1, 6)
    press(2)
    assert ReviewQueue.objects.count() == 2


def test_where_there_is_nothing_to_draw_it_is_said(talked: Project) -> None:
    FailureMode.objects.create(
        project=talked, number=3, family="answer", found_at=NOW, first_time=NOW, last_time=NOW, state_since=NOW
    )
    assert press(3)["Location"] == f"{BASE}/3"
    assert press(9).status_code == 404


def test_who_may_not_make_queues_finds_the_one_that_there_is(talked: Project) -> None:
    press()
    make_user("rita@example.org", talked, Role.REVIEWER)
    reviewer = log_in("rita@example.org")
    assert reviewer.post(f"{BASE}/1/review").status_code == 403
    assert 'href="/p/default/review/1"' in read(reviewer.get(f"{BASE}/1"))
    assert "Review its conversations" not in read(reviewer.get(f"{BASE}/2"))


def test_a_mode_tells_how_many_of_it_belong_and_that_it_is_verified(shop: Project, store: Store) -> None:
    assert "Nobody has looked yet" in show()
    say(store, shop, {"late-0": "mode:1", "late-1": NONE})
    assert "1 of 2 reviewed belong" in show()
    assert "It takes 3 more reviewed conversations at least to tell." in show()
    say(store, shop, {f"late-{at}": "mode:1" for at in range(2, 12)} | {"lost-0": "mode:1"})
    assert "<b>Verified</b>: 11 of 12 reviewed belong." in show()
    assert "1 more was found elsewhere." in show()
    assert "verified: 11 of 12 reviewed belong" in show(BASE)
    say(store, shop, {f"lost-{at}": NONE for at in range(1, 7)})
    assert "<b>Mixed</b>: 0 of 7 reviewed belong." in show(f"{BASE}/2")


def test_what_followed_from_reviews_stands_in_the_history_and_among_the_effects(shop: Project, store: Store) -> None:
    say(store, shop, {"late-0": "mode:2", **{f"late-{at}": "mode:1" for at in range(1, 12)}})
    assert assign_waiting(store, shop.pk, NOW)
    assert "Follows what reviewers said: 1 left" in show()
    page = show("/p/default/review/effects")
    assert "2 failure modes were reviewed, 1 is verified; 1 conversation moved." in page
    told = make_client().get("/api/v1/review-effects").json()["failure_modes"]
    assert [(each["number"], each["came"], each["left"], each["verdict"]) for each in told] == [
        (1, 0, 1, "verified"),
        (2, 1, 0, "unsure"),
    ]


def test_rest_tells_what_was_reviewed(shop: Project, store: Store) -> None:
    say(store, shop, {f"late-{at}": "mode:1" for at in range(5)})
    first, second = sorted(make_client().get("/api/v1/failure-modes").json()["items"], key=lambda each: each["number"])
    assert [first[name] for name in ("reviewed", "belonging", "is_verified")] == [5, 5, True]
    assert [second[name] for name in ("reviewed", "belonging", "is_verified")] == [0, 0, False]


def test_notes_of_reviewers_stand_beside_the_name(shop: Project, store: Store) -> None:
    say(store, shop, {"late-0": "mode:1"})
    write_note(store, shop, "late-0", "mode:1", f"always the same refund {HOSTILE}")
    write_note(store, shop, "late-1", "mode:1", "not settled yet")
    page = show()
    assert "always the same refund &lt;script&gt;" in page
    assert "not settled yet" not in page


def write_note(store: Store, project: Project, name: str, key: str, note: str) -> None:
    row = {
        "project_id": project.pk,
        "queue": 1,
        "question": "failure_mode",
        "conversation_id": name,
        "turn_index": 0,
        "said_by": "ann",
        "is_adjudication": False,
        "choices": [key],
        "note": note,
        "version": 10**15,
    }
    store.insert("reviews", {column: [value] for column, value in row.items()})


def test_a_border_that_moved_is_told(shop: Project, store: Store) -> None:
    draw_modes(store, shop, range(20, 21), strangers=40)
    said = {f"stranger-{at}": NONE for at in range(12)} | {f"late-{at}": "mode:1" for at in range(8)}
    say(store, shop, said)
    assert assign_waiting(store, shop.pk, NOW)
    assert FailureCatalogue.objects.get().pins
    assert "Its border followed: turns join it from 0.5" in show()
