"""The page of what came of a review queue, and the file of what was said in it."""

import csv
import io
from collections.abc import Callable, Sequence

import pytest
from django.http import StreamingHttpResponse

from feedback.models import ReviewQueue
from feedback.pages.review_sheets import COLUMNS, MARK
from feedback.review.questions import Question
from feedback.reviewing.handing_out import skip
from feedback.reviewing.submitting import Said, submit
from tests.feedback.reviewing.places import add_item, make_queue
from tests.pages.conftest import Page, Teller
from tracing.models import AuditEntry

TALK = [("How do I reset it?", "Hold the button."), ("This is awful, I hate it!", "I am sorry.")]
Open = Callable[[str], Page]


@pytest.fixture
def queue(teller: Teller) -> ReviewQueue:
    queue = make_queue(teller.project, reviewers=2, guidelines="Be *fair* <script>alert(1)</script>", name="Shop")
    with teller.together():
        for place in range(10):
            teller.tell(f"c{place}", TALK)
    for place in range(10):
        add_item(queue, f"c{place}", reason="random" if place % 2 else "uncertain", propensity=0.5 if place % 2 else 1)
    return queue


def judge(teller: Teller, queue: ReviewQueue, who: str, said: Sequence[str], **told: str) -> None:
    for item, choice in zip(queue.items.order_by("place"), said, strict=False):
        submit(teller.store, item, who, Said([choice], seconds=12, **told))


def read_sheet(page: Page) -> list[dict[str, str]]:
    assert isinstance(page.response, StreamingHttpResponse)
    text = b"".join(page.response.streaming_content).decode()  # type: ignore[arg-type]
    assert text.startswith(MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(MARK))))


def test_before_anything_is_said_the_page_says_what_will_stand_there(queue: ReviewQueue, open_page: Open) -> None:
    page = open_page("review/1/results")
    assert "Nobody has judged anything yet 10 items wait." in page.text
    assert page.find_links("reviews.csv") == []


def test_shares_agreement_and_reviewers_are_told(teller: Teller, queue: ReviewQueue, open_page: Open) -> None:
    judge(teller, queue, "anna@example.org", ["satisfied"] * 6 + ["dissatisfied"] * 4)
    judge(teller, queue, "bo@example.org", ["satisfied"] * 5 + ["dissatisfied"] * 5)
    page = open_page("review/1/results")
    assert "9 of 10 items are settled" in page.text
    assert "2 people said the same in 90 % of what two of them judged" in page.text
    assert "Cohen’s kappa" in page.text
    assert "On the control share" in page.text
    assert "anna@example.org 10 0 0 12 s" in page.text
    assert "Decide 1 disagreement" in page.text
    assert "<em>fair</em>" in page.html
    assert "<script>alert" not in page.html


def test_a_queue_that_asks_one_person_says_what_would_tell_agreement(
    teller: Teller, queue: ReviewQueue, open_page: Open
) -> None:
    queue.reviewers = 1
    queue.save()
    queue.items.update(needed=1)
    judge(teller, queue, "anna", ["satisfied"] * 3)
    page = open_page("review/1/results")
    assert "No item was judged by two people yet. This queue asks one person" in page.text


def test_kappa_that_is_low_because_nearly_all_is_the_same_is_explained(
    teller: Teller, queue: ReviewQueue, open_page: Open
) -> None:
    judge(teller, queue, "anna", ["satisfied"] * 9 + ["dissatisfied"])
    judge(teller, queue, "bo", ["dissatisfied"] + ["satisfied"] * 9)
    assert "Nearly all answers are the same" in open_page("review/1/results").text


def test_many_skips_are_told(teller: Teller, queue: ReviewQueue, open_page: Open) -> None:
    queue.items.update(needed=1)
    judge(teller, queue, "anna", ["satisfied"] * 5)
    for item in queue.items.filter(place__gt=7):
        skip(item, "anna", item.drawn_at)
    assert "38 % of what reviewers saw was skipped" in open_page("review/1/results").text


def test_answers_are_compared_by_themselves_where_several_may_hold(teller: Teller, open_page: Open) -> None:
    queue = make_queue(teller.project, Question.REACTION, reviewers=2)
    teller.tell("a", TALK)
    item = add_item(queue, "a", 1)
    submit(teller.store, item, "anna", Said(["complaint"]))
    submit(teller.store, item, "bo", Said(["complaint", "rephrase"]))
    page = open_page("review/1/results")
    assert "By answer" in page.text
    assert "Complains 1 100 %" in page.text


def test_what_was_said_leaves_as_a_table_without_formulas(teller: Teller, queue: ReviewQueue, open_page: Open) -> None:
    item = queue.items.get(place=2)
    submit(teller.store, item, "anna", Said(["satisfied"], better_answer="=HYPERLINK(1)", note='a "b"\nc'))
    submit(teller.store, item, "bo", Said(["satisfied"]))
    page = open_page("review/1/results/reviews.csv")
    assert page.response["Content-Disposition"] == 'attachment; filename="tacit-reviews-default-1.csv"'
    first, second = read_sheet(page)
    assert tuple(first) == COLUMNS
    assert first | {"time": ""} == {
        "place": "2",
        "conversation": "c1",
        "turn": "1",
        "state": "settled",
        "reason": "random",
        "propensity": "0.5",
        "settled": "satisfied",
        "said_by": "anna",
        "adjudicates": "no",
        "choices": "satisfied",
        "better_answer": "'=HYPERLINK(1)",
        "note": 'a "b"\nc',
        "informed": "no",
        "time": "",
    }
    assert second["said_by"] == "bo"
    assert AuditEntry.objects.filter(action="download_reviews", target="1 Shop").count() == 1


def test_a_queue_that_is_not_there_is_said_so(open_page: Open, teller: Teller) -> None:
    for path in ("review/7/results", "review/7/results/reviews.csv"):
        page = open_page(path)
        assert (page.status, "There is no review queue 7" in page.text) == (404, True)
