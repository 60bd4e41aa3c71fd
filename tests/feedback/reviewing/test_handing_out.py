"""Items go to as many reviewers as they need: next ones, those held, skipped ones, and the way back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from feedback.models import ReviewItem, ReviewQueue, ReviewTurn
from feedback.reviewing.handing_out import (
    LEASE,
    find_item,
    find_last,
    find_next,
    hold,
    mark_gone,
    may_see,
    set_turn,
    skip,
    take_next,
)
from feedback.reviewing.progress import Progress, count_waiting, load_progress_of
from tests.feedback.reviewing.places import add_item, make_queue
from tracing.models import Project

NOW = timezone.now()


@pytest.fixture
def queue(project: Project) -> ReviewQueue:
    queue = make_queue(project)
    for name in "abc":
        add_item(queue, name)
    return queue


def finish(item: ReviewItem | None, who: str) -> None:
    assert item is not None
    set_turn(item, who, ReviewTurn.State.DONE, NOW)


def place(item: ReviewItem | None) -> int | None:
    return item.place if item else None


def test_nobody_gets_what_another_holds_until_the_lease_is_over(queue: ReviewQueue) -> None:
    assert place(take_next(queue, "anna", NOW)) == 1
    assert place(take_next(queue, "anna", NOW)) == 1
    assert place(take_next(queue, "bert", NOW)) == 2
    assert place(take_next(queue, "carl", NOW)) == 3
    assert take_next(queue, "dora", NOW) is None
    assert place(take_next(queue, "dora", NOW + LEASE)) == 1
    assert not hold(ReviewItem.objects.get(place=1), "anna", NOW + LEASE)


def test_an_item_goes_to_as_many_as_it_needs(queue: ReviewQueue) -> None:
    queue.items.filter(place=1).update(needed=2)
    finish(take_next(queue, "anna", NOW), "anna")
    assert [place(take_next(queue, who, NOW)) for who in ("anna", "bert", "carl")] == [2, 1, 3]


def test_to_open_an_item_again_renews_the_lease(queue: ReviewQueue) -> None:
    item = take_next(queue, "anna", NOW)
    assert item is not None
    assert hold(item, "anna", NOW + LEASE / 2)
    assert place(take_next(queue, "bert", NOW + LEASE)) == 2


def test_what_is_skipped_comes_again_after_all_others_and_is_free_for_others(queue: ReviewQueue) -> None:
    for expected in (1, 2):
        item = take_next(queue, "anna", NOW)
        assert place(item) == expected
        assert item is not None
        skip(item, "anna", NOW + timedelta(seconds=expected))
    assert place(take_next(queue, "bert", NOW)) == 1
    assert place(take_next(queue, "anna", NOW)) == 3
    finish(ReviewItem.objects.get(place=3), "anna")
    assert place(take_next(queue, "anna", NOW)) == 2


def test_what_was_judged_cannot_be_skipped(queue: ReviewQueue) -> None:
    item = queue.items.get(place=1)
    finish(item, "anna")
    skip(item, "anna", NOW)
    assert find_last(queue, "anna") == item
    assert find_last(queue, "bert") is None


def test_a_reviewer_goes_back_to_what_they_judged_and_forth_to_what_is_theirs(queue: ReviewQueue) -> None:
    finish(take_next(queue, "anna", NOW), "anna")
    queue.items.filter(place=1).update(state=ReviewItem.State.SETTLED)
    assert place(take_next(queue, "bert", NOW)) == 2
    assert place(take_next(queue, "anna", NOW, after=1)) == 3
    assert place(take_next(queue, "anna", NOW, before=3)) == 1
    assert take_next(queue, "anna", NOW, after=3) is None
    assert place(take_next(queue, "bert", NOW, before=3)) == 2


def test_who_may_see_an_item(queue: ReviewQueue) -> None:
    item = queue.items.get(place=1)
    assert may_see(item, "bert", NOW)
    assert hold(item, "anna", NOW)
    assert may_see(item, "anna", NOW)
    assert not may_see(item, "bert", NOW)
    mark_gone(item)
    assert not may_see(item, "anna", NOW)
    assert find_item(queue, 9) is None


def test_a_closed_queue_hands_out_nothing(queue: ReviewQueue) -> None:
    queue.is_open = False
    queue.save()
    assert take_next(queue, "anna", NOW) is None


def test_of_ten_at_once_each_gets_another_item(project: Project) -> None:
    queue = make_queue(project)
    for index in range(10):
        add_item(queue, f"c{index}")

    def take(who: str) -> int | None:
        try:
            return place(take_next(queue, who, NOW))
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(take, [f"r{index}" for index in range(10)])) == list(range(1, 11))


def test_progress_counts_what_waits_for_whom(queue: ReviewQueue, project: Project) -> None:
    finish(take_next(queue, "anna", NOW), "anna")
    take_next(queue, "bert", NOW)
    queue.items.filter(place=1).update(state=ReviewItem.State.SETTLED)
    told = load_progress_of(queue, "anna", NOW)
    assert told == Progress(items=3, settled=1, waiting=2, done_by_me=1, waits_for_me=1)
    other = make_queue(project, is_open=False)
    add_item(other, "z")
    assert [count_waiting(project.pk, who, NOW) for who in ("anna", "bert")] == [1, 2]
    assert load_progress_of(other, "anna", NOW).waits_for_me == 0


def test_whoever_reads_only_writes_nothing(queue: ReviewQueue) -> None:
    assert place(find_next(queue, "anna", NOW)) == 1
    assert not ReviewTurn.objects.exists()
