"""Pages of review queues: what is listed, made by one press or by the form, and who may do what."""

import re
from collections.abc import Mapping
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from feedback.models import ReviewItem, ReviewQueue, ReviewTurn
from feedback.review.questions import Question
from feedback.review.queue import QueueDefinition
from feedback.review.starters import STARTERS
from feedback.reviewing.queues import create_queue, read_definition
from tests.feedback.reviewing.traffic import Heard, Talked, fill
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry, Project
from tracing.store import Store

BASE = "/p/default/review"


@pytest.fixture
def shop(store: Store, project: Project) -> Project:
    heard = (Heard("complaint", 0.8, 1, 0),)
    fill(store, project, [Talked(f"c{number}", heard=heard, failed=0) for number in range(8)])
    return project


def make_client() -> Client:
    return Client(headers={"host": "localhost"})


def show(path: str = "") -> str:
    return read(make_client().get(f"{BASE}{path}"))


def post(path: str, fields: Mapping[str, object] = {}) -> HttpResponse:
    return make_client().post(f"{BASE}/{path}", fields, follow=True)


def read_form(html: str) -> dict[str, str]:
    """What a browser would send of the form of a queue."""
    form = html[html.index('class="rule-form dataset-form"') : html.index("</main>")]
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if given.get("type") != "checkbox" or " checked" in tag:
            fields[given["name"]] = given.get("value", "")
    [fields["reviewers"]] = re.findall(r"<option selected>(\d)", form)
    [fields["guidelines"]] = map(unescape, re.findall(r"<textarea[^>]*>(.*?)</textarea>", form, flags=re.DOTALL))
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def make(project: Project, name: str = "Was it good?", question: Question = Question.OUTCOME) -> ReviewQueue:
    return create_queue(project, name, QueueDefinition(question), "ann@example.org")


def test_a_project_without_conversations_is_told_to_connect_an_app(store: Store, project: Project) -> None:
    assert "Connect an app" in show()


def test_one_press_makes_a_queue_and_draws_for_it(shop: Project) -> None:
    html = show()
    assert all(starter.purpose in unescape(html) for starter in STARTERS.values())
    answer = post("start", {"question": "reaction"})
    assert answer.request["PATH_INFO"] == f"{BASE}/1"
    queue = ReviewQueue.objects.get()
    assert (queue.name, queue.items.count()) == (STARTERS[Question.REACTION].name, 8)
    assert "Asks again" in queue.guidelines
    post("start", {"question": "reaction"})
    assert ReviewQueue.objects.get(number=2).name == f"{queue.name} (2)"
    [entry, _] = AuditEntry.objects.order_by("pk")
    assert (entry.action, entry.target) == ("start_review_queue", f"1 {queue.name}")


@pytest.mark.parametrize("question", Question)
def test_a_form_that_is_sent_as_it_was_shown_makes_the_usual_queue(shop: Project, question: Question) -> None:
    fields = read_form(show(f"/new?question={question.value}"))
    post("add", fields)
    definition = read_definition(ReviewQueue.objects.get())
    assert definition.guidelines.strip() == STARTERS[question].definition.guidelines.strip()
    assert definition == QueueDefinition(question, guidelines=definition.guidelines)


def test_the_form_changes_a_queue_and_counts_its_guidelines(shop: Project) -> None:
    make(shop)
    fields = read_form(show("/1/edit"))
    changed = {"filter": "service:shop", "overlap": "25", "reviewers": "3", "draws_daily": "yes", "random": "2.5"}
    assert "is saved" in read(post("1/change", fields | changed))
    queue = ReviewQueue.objects.get()
    assert (queue.filter, queue.overlap, queue.reviewers, queue.draws_daily, queue.mix["random"]) == (
        "service:shop",
        0.25,
        3,
        True,
        2.5,
    )
    assert (queue.guidelines_version, queue.items.count()) == (1, 0)
    post("1/change", fields | {"guidelines": "Be kind."})
    queue.refresh_from_db()
    assert (queue.guidelines_version, queue.draws_daily) == (2, False)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"name": ""}, "A name has 1 to 200 characters"),
        ({"name": "Taken"}, "There is already a queue called"),
        ({"size": "many"}, "Type a whole number"),
        ({"size": "5000"}, "A draw has 1 to 1,000 items"),
        ({"overlap": "-1"}, "Type a share in percent"),
        ({"random": "0"}, "Give chance a hundredth"),
        ({"uncertain": "nan"}, "Type a number for each part"),
        ({"filter": "nonsense:1"}, "nonsense"),
        ({"guidelines": "x" * 20_001}, "20,000 characters at most"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    shop: Project, wrong: dict[str, str], problem: str
) -> None:
    make(shop, "Taken")
    fields = {**read_form(show("/new?question=outcome")), "name": "<b>Mine</b>", "guidelines": "Kept <i>words</i>"}
    answer = post("add", fields | wrong)
    assert answer.status_code == 422
    html = unescape(read(answer))
    assert problem in html
    assert html.count('role="alert"') == 2
    assert wrong.get("name", "<b>Mine</b>") in html
    assert "<b>Mine</b>" not in read(answer)
    assert ReviewQueue.objects.count() == 1


def test_the_list_tells_how_far_each_queue_is(shop: Project) -> None:
    make(shop, "<script>alert(1)</script>")
    make(shop, "Answers", Question.ANSWER)
    post("1/draw")
    ReviewItem.objects.filter(place__lte=3).update(state=ReviewItem.State.SETTLED)
    ReviewItem.objects.filter(place=4).update(state=ReviewItem.State.DISAGREED)
    html = show()
    assert "3 of 8 settled" in html
    assert "nothing drawn yet" in html
    assert f'href="{BASE}/1/disagreements">1</a>' in html
    assert "<script>alert(1)" not in html
    assert 'title="4 wait for you">4<' in html


def test_a_draw_with_nothing_left_says_so(shop: Project) -> None:
    make(shop)
    assert "8 items drawn for “Was it good?”" in read(post("1/draw"))
    assert "Nothing was drawn" in read(post("1/draw"))


def test_queues_are_closed_opened_and_deleted_while_nobody_judged(shop: Project) -> None:
    make(shop)
    post("1/draw")
    assert "is closed" in read(post("1/switch", {"is_open": "no"}))
    assert post("1/draw").status_code == 404
    assert "wait for you" not in show()
    assert "is open again" in read(post("1/switch", {"is_open": "yes"}))
    ReviewItem.objects.filter(place=1).update(said_version=1)
    assert "Delete it" not in show("/1/edit")
    assert "close it instead" in read(post("1/delete"))
    ReviewItem.objects.update(said_version=0)
    assert "is deleted" in read(post("1/delete"))
    assert not ReviewQueue.objects.exists()


def test_the_menu_counts_what_waits_for_whoever_looks(shop: Project, quick_passwords: None) -> None:
    make(shop)
    post("1/draw")
    for email, role in (("ann@example.org", Role.REVIEWER), ("vic@example.org", Role.VIEWER)):
        make_user(email, shop, role)
    for item in ReviewItem.objects.filter(place__lte=2):
        ReviewTurn.objects.create(item=item, who="ann@example.org", state=ReviewTurn.State.DONE, at=timezone.now())
    ann, vic = (read(log_in(email).get("/p/default/")) for email in ("ann@example.org", "vic@example.org"))
    assert 'title="6 wait for you"' in ann
    assert "wait for you" not in vic
    assert "New queue" not in read(log_in("ann@example.org").get(BASE))
    assert log_in("ann@example.org").get(f"{BASE}/1/edit").status_code == 403


@pytest.mark.parametrize("path", ["9/edit", "9/change", "9/draw", "9/switch", "9/delete", "start", "add"])
def test_there_is_no_such_queue(shop: Project, path: str) -> None:
    client = make_client()
    answer = client.get(f"{BASE}/{path}") if path.endswith("edit") else client.post(f"{BASE}/{path}")
    assert answer.status_code == 404
