"""The page of a review queue: one item a screen, blind until it is judged, by forms that work without a script."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from feedback.labels import load_labels
from feedback.models import ReviewItem, ReviewQueue, ReviewTurn
from feedback.review.questions import Question
from feedback.reviewing.handing_out import hold
from feedback.reviewing.records import find_own
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tests.pages.reviewing import make_queue, press
from tests.pages.test_failure_modes import make_mode
from tracing.access.rights import Role
from tracing.models import AuditEntry

Open = Callable[[str], Page]
BAD = [("How do I reset it?", "Hold it."), ("This is awful, I hate it!", "Sorry."), ("And now?", "Wait.")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost"})


@pytest.fixture
def queue(teller: Teller) -> ReviewQueue:
    for name in ("a", "b", "c"):
        teller.tell(name, BAD, feedback=[teller.thumb(name, 0, "down")])
    return make_queue(teller.project, ["a", "b", "c"])


def test_the_front_tells_what_waits_and_takes_nothing(queue: ReviewQueue, open_page: Open) -> None:
    page = open_page("review/1")
    assert "3 items wait for you" in page.text
    assert "<strong>fair</strong>" in page.html
    assert not ReviewTurn.objects.exists()
    assert not AuditEntry.objects.exists()


def test_an_item_is_taken_by_a_press_and_shown_without_what_tacit_thinks(
    queue: ReviewQueue, open_page: Open, client: Client
) -> None:
    answer = press(client, queue, "take")
    assert answer.headers["Location"] == "/p/default/review/1?item=1"
    assert ReviewTurn.objects.get().item.place == 1
    page = open_page("review/1?item=1")
    assert "This is awful, I hate it!" in page.text
    assert "Was the user satisfied?" in page.text
    for hidden in ("Tacit had thought", "31 %", "Thumb down", "thumbs down", "Complain", "unsure of it", "<mark"):
        assert hidden not in page.html
    assert "/conversations/a" not in page.html, "the page of the conversation tells what Tacit thinks"


def test_what_is_said_is_kept_and_told_above_the_next_item(
    queue: ReviewQueue, open_page: Open, client: Client, teller: Teller
) -> None:
    press(client, queue, "take")
    answer = press(
        client, queue, "submit", item=1, choice="dissatisfied", better_answer="Hold\r\nit.", note="x", seconds="2.5"
    )
    assert answer.headers["Location"] == "/p/default/review/1?item=2&after=1"
    own = find_own(teller.store, ReviewItem.objects.get(place=1), "local")
    assert own is not None
    assert (own.choices, own.better_answer, own.note, own.seconds) == (("dissatisfied",), "Hold\nit.", "x", 2.5)
    assert [each.verdict for each in load_labels(teller.store, 1, "a")] == ["dissatisfied"]
    text = open_page("review/1?item=2&after=1").text
    assert "Item 1: you said Dissatisfied . Tacit had thought: dissatisfied 31 % (20 % to 50 %); heard" in text
    assert "The user pressed thumbs down." in text
    assert "Chosen because Tacit was unsure of it" in text
    assert "1 judged by you, 2 wait for you; 1 settled" in text
    entry = AuditEntry.objects.get(action="review_submit")
    assert entry.target == "1 of Queue 1"
    assert "Hold" not in str(entry.details), "texts are not for the log"


def test_of_an_item_that_one_has_not_judged_nothing_is_told(queue: ReviewQueue, open_page: Open) -> None:
    assert "Tacit had thought" not in open_page("review/1?item=2&after=1").text


def test_with_a_script_the_next_screen_comes_back_at_once(queue: ReviewQueue, client: Client) -> None:
    press(client, queue, "take")
    answer = client.post("/p/default/review/1/submit", {"item": 1, "choice": "satisfied"}, headers=HTMX)
    html = read(answer)
    assert html.strip().startswith("<section")
    assert 'data-done="Kept. Item 2 of 3."' in html
    assert answer.headers["HX-Replace-Url"] == "/p/default/review/1?item=2&after=1"


def test_without_an_answer_nothing_is_kept_and_nothing_typed_is_lost(queue: ReviewQueue, client: Client) -> None:
    press(client, queue, "take")
    answer = press(client, queue, "submit", item=1, better_answer="Press <b>it</b>", note="n1")
    assert answer.status_code == 422
    assert "Choose an answer, or skip the item." in read(answer)
    assert "\nPress &lt;b&gt;it&lt;/b&gt;</textarea>" in read(answer)
    assert "\nn1</textarea>" in read(answer)


def test_what_others_judged_meanwhile_is_refused_with_what_was_typed(queue: ReviewQueue, client: Client) -> None:
    press(client, queue, "take")
    ReviewItem.objects.filter(place=1).update(state="settled")
    answer = press(client, queue, "submit", item=1, choice="dissatisfied", better_answer="Mine")
    assert answer.status_code == 409
    assert "Others have judged this item meanwhile" in read(answer)
    assert "\nMine</textarea>" in read(answer)
    assert 'value="dissatisfied" data-digit="2" aria-keyshortcuts="2" data-alone checked' in read(answer)


def test_what_others_have_in_hand_is_not_shown(queue: ReviewQueue, open_page: Open) -> None:
    assert hold(ReviewItem.objects.get(place=2), "anna@example.org", timezone.now())
    page = open_page("review/1?item=2")
    assert "Others have that item in hand" in page.text
    assert "I hate it" not in page.text


def test_a_skipped_item_comes_again_at_the_end(queue: ReviewQueue, client: Client) -> None:
    press(client, queue, "take")
    assert press(client, queue, "skip", item=1).headers["Location"].endswith("?item=2")
    assert press(client, queue, "submit", item=2, choice="satisfied").headers["Location"].endswith("?item=3&after=2")
    assert press(client, queue, "submit", item=3, choice="satisfied").headers["Location"].endswith("?item=1&after=3")


def test_what_was_said_is_taken_back_and_stands_in_the_form_again(
    queue: ReviewQueue, client: Client, teller: Teller
) -> None:
    press(client, queue, "take")
    press(client, queue, "submit", item=1, choice="dissatisfied", note="so")
    answer = press(client, queue, "take-back", item=1)
    assert answer.status_code == 200
    assert 'value="dissatisfied" data-digit="2" aria-keyshortcuts="2" data-alone checked' in read(answer)
    assert "\nso</textarea>" in read(answer)
    assert "is marked as informed" in read(answer)
    assert not load_labels(teller.store, 1, "a")
    press(client, queue, "submit", item=1, choice="satisfied")
    own = find_own(teller.store, ReviewItem.objects.get(place=1), "local")
    assert own is not None
    assert (own.choices, own.is_informed) == (("satisfied",), True)


def test_one_goes_on_and_back_without_submitting(queue: ReviewQueue, client: Client, open_page: Open) -> None:
    press(client, queue, "take")
    assert press(client, queue, "take", after=1).headers["Location"].endswith("?item=2")
    assert press(client, queue, "take", before=2).headers["Location"].endswith("?item=1")
    assert press(client, queue, "take", before=1).headers["Location"].endswith("?item=1")
    assert "This is the first item of your line." in read(client.get("/p/default/review/1?item=1"))
    press(client, queue, "submit", item=1, choice="satisfied")
    assert press(client, queue, "take", before=2).headers["Location"].endswith("?item=1")
    page = open_page("review/1?item=1")
    assert "Item 1: you said Satisfied" in page.text
    assert "Change" in page.text


def test_of_a_message_what_it_is_about_is_marked(teller: Teller, client: Client, open_page: Open) -> None:
    teller.tell("a", BAD)
    queue = make_queue(teller.project, ["a"], Question.REACTION)
    press(client, queue, "take")
    page = open_page("review/1?item=1")
    assert page.html.count("data-judged") == 1
    assert "this message This is awful, I hate it!" in page.text
    assert page.html.partition("<dialog")[0].count('type="checkbox"') == 8
    assert "Instead of the answer of turn 1" in page.text


def test_of_a_long_conversation_the_turns_around_are_shown(teller: Teller, client: Client, open_page: Open) -> None:
    teller.tell("long", [(f"question {index}.", f"answer {index}.") for index in range(120)])
    queue = make_queue(teller.project, ["long"], Question.ANSWER, turn_index=60, answer_turn=60)
    press(client, queue, "take")
    page = open_page("review/1?item=1")
    assert "turns 36 to 75 of 120" in page.text
    assert "question 60." in page.text
    assert "question 90." not in page.text
    assert page.find_links("turn=") == [f"/p/default/review/1?item=1&turn={turn}" for turn in (1, 76)]
    assert "question 90." in open_page("review/1?item=1&turn=76").text
    assert "question 60." in open_page("review/1?item=1&turn=9999").text
    whole = make_queue(teller.project, ["long"])
    press(client, whole, "take")
    assert "turns 81 to 120 of 120" in open_page("review/2?item=1").text


def test_an_item_whose_conversation_is_gone_is_passed_over(queue: ReviewQueue, client: Client, teller: Teller) -> None:
    for table in ("conversations", "turns"):
        teller.store.execute(f"TRUNCATE TABLE {table}")
    teller.tell("c", BAD)
    answer = client.post("/p/default/review/1/take", headers=HTMX)
    assert "Item 3" in read(answer)
    assert set(ReviewItem.objects.filter(state="gone").values_list("place", flat=True)) == {1, 2}


@pytest.mark.parametrize(
    ("fields", "states", "words"),
    [
        ({"is_open": False}, [], "This queue is closed"),
        ({"drawn_until": None}, None, "There are no items yet"),
        ({}, ["settled"] * 3, "All 3 items are settled."),
        ({}, ["settled", "settled", "disagreed"], "Decide 1 disagreement"),
    ],
)
def test_where_nothing_waits_the_front_says_what_does(
    queue: ReviewQueue,
    open_page: Open,
    fields: dict[str, object],
    states: list[str] | None,
    words: str,
) -> None:
    ReviewQueue.objects.update(**fields)
    if states is None:
        ReviewItem.objects.all().delete()
    for place, state in enumerate(states or [], start=1):
        ReviewItem.objects.filter(place=place).update(state=state)
    assert words in open_page("review/1").text


@pytest.mark.parametrize("path", ["review/9", "review/9/disagreements"])
def test_there_is_no_other_queue(queue: ReviewQueue, open_page: Open, path: str) -> None:
    assert open_page(path).status == 404


def test_texts_of_others_stay_texts(teller: Teller, client: Client, open_page: Open) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    teller.tell("x", [(hostile, hostile), (hostile, f"[a](javascript:alert(3)) {hostile}")])
    queue = make_queue(teller.project, ["x"], name=hostile, guidelines=f"{hostile} [a](javascript:alert(4))")
    press(client, queue, "take")
    for path in ("review/1", "review/1?item=1"):
        html = open_page(path).html
        assert "<img" not in html
        assert "<script>" not in html
        assert 'href="javascript' not in html


@pytest.mark.usefixtures("quick_passwords")
def test_reviewers_review_and_viewers_do_not(queue: ReviewQueue) -> None:
    for name, role, status in (("bo", Role.REVIEWER, 302), ("vi", Role.VIEWER, 403)):
        make_user(f"{name}@example.org", queue.project, role)
        person = log_in(f"{name}@example.org")
        assert press(person, queue, "take").status_code == status
        assert person.get("/p/default/review/1").status_code == (200 if status == 302 else 403)
        assert person.get("/p/default/review/1/disagreements").status_code == (200 if status == 302 else 403)


@pytest.fixture
def disputed(teller: Teller) -> ReviewQueue:
    """One item on which anna and bo disagree."""
    teller.tell("a", BAD)
    queue = make_queue(teller.project, ["a"], needed=2, reviewers=2)
    for name, choice in (("anna", "satisfied"), ("bo", "dissatisfied")):
        make_user(f"{name}@example.org", queue.project, Role.REVIEWER)
        person = log_in(f"{name}@example.org")
        press(person, queue, "take")
        press(person, queue, "submit", item=1, choice=choice, note=f"<i>{name}'s</i>", better_answer=f"By {name}.")
    assert ReviewItem.objects.get().state == "disagreed"
    return queue


@pytest.mark.usefixtures("quick_passwords")
def test_who_decides_sees_what_each_said_and_decides(disputed: ReviewQueue, teller: Teller) -> None:
    make_user("cy@example.org", disputed.project, Role.REVIEWER)
    person = log_in("cy@example.org")
    html = read(person.get("/p/default/review/1/disagreements"))
    for words in ("anna@example.org", "&lt;i&gt;bo&#x27;s&lt;/i&gt;", "By anna.", "Dissatisfied", "Decide"):
        assert words in html
    assert "Tacit had thought" not in html
    assert "checked" not in html.partition("<dialog")[0]
    answer = press(person, disputed, "submit", item=1, choice="dissatisfied", adjudicates="yes")
    assert answer.headers["Location"] == "/p/default/review/1/disagreements?after=1"
    assert ReviewItem.objects.get().state == "settled"
    page = read(person.get(answer.headers["Location"]))
    assert "No disagreement waits" in page
    assert "Tacit had thought" in page
    press(person, disputed, "take-back", item=1, adjudicates="yes")
    assert ReviewItem.objects.get().state == "disagreed"


@pytest.mark.usefixtures("quick_passwords")
def test_nobody_sees_what_another_said_before_they_have_said_something(teller: Teller) -> None:
    teller.tell("a", BAD)
    queue = make_queue(teller.project, ["a"], needed=2, reviewers=2)
    people = []
    for name in ("anna", "bo"):
        make_user(f"{name}@example.org", queue.project, Role.REVIEWER)
        people.append(log_in(f"{name}@example.org"))
    press(people[0], queue, "take")
    press(people[0], queue, "submit", item=1, choice="satisfied", note="SECRET", better_answer="SECRET")
    press(people[1], queue, "take")
    for path in (
        "review/1?item=1",
        "review/1/disagreements",
        "review/1/disagreements?item=1",
        "review/1?item=1&after=1",
    ):
        html = read(people[1].get(f"/p/default/{path}"))
        assert "SECRET" not in html
        assert "anna" not in html


def test_the_page_of_a_conversation_tells_what_reviewers_said(
    queue: ReviewQueue, client: Client, open_page: Open
) -> None:
    assert "Reviewed" not in open_page("conversations/a").text
    press(client, queue, "take")
    press(client, queue, "submit", item=1, choice="dissatisfied", better_answer="<b>Hold</b> it.")
    page = open_page("conversations/a")
    assert "Reviewed Was the user satisfied? Dissatisfied said by local, queue 1" in page.text
    assert "better answer of turn 1 <b>Hold</b> it." in page.text
    press(client, queue, "take-back", item=1)
    assert "Reviewed" not in open_page("conversations/a").text


def test_failure_modes_are_asked_about_by_their_names(teller: Teller, client: Client, open_page: Open) -> None:
    teller.tell("a", BAD)
    make_mode(teller, 1, name="<b>Refunds</b>")
    make_mode(teller, 2)
    queue = make_queue(teller.project, ["a"], Question.FAILURE_MODE, opinion={"failure_mode": 2, "probability": None})
    press(client, queue, "take")
    page = open_page("review/1?item=1")
    assert "What went wrong here?" in page.text
    assert "<b>Refunds</b> Complaint · refund 1 1 Complaint · refund 2 2 None of these" in page.text
    press(client, queue, "submit", item=1, choice="mode:1")
    page = open_page("review/1?after=1")
    assert "you said <b>Refunds</b> . Tacit had thought: no estimate. In failure mode 2 ." in page.text
    assert "Reviewed What went wrong here? failure mode 1" in open_page("conversations/a").text
