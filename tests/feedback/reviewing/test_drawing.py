"""What queues draw from the store, and what they write down of it."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from feedback.models import ReviewItem, ReviewQueue
from feedback.review.choosing import Candidate
from feedback.review.questions import Question
from feedback.review.queue import Mix, QueueDefinition
from feedback.reviewing.candidates import load_candidates
from feedback.reviewing.drawing import Draw, draw_daily, draw_items, keep_draw
from feedback.reviewing.queues import change_queue, create_queue, read_definition
from tests.feedback.reviewing.traffic import HOUR, NOW, Heard, Talked, fill
from tracing.models import Project
from tracing.store import Store

DAY = timedelta(days=1)


def make_queue(project: Project, question: Question = Question.OUTCOME, **chosen: object) -> ReviewQueue:
    name = f"Queue {ReviewQueue.objects.count()}"
    return create_queue(project, name, replace(QueueDefinition(question), **chosen), "ann@example.org")  # type: ignore[arg-type]


def find_candidates(store: Store, queue: ReviewQueue) -> dict[tuple[str, int], Candidate]:
    found = load_candidates(store, queue, None, NOW - timedelta(minutes=30))
    return {(each.conversation_id, each.turn_index): each for each in found}


def list_items(queue: ReviewQueue) -> list[ReviewItem]:
    return list(queue.items.order_by("place"))


def test_conversations_are_uncertain_in_the_middle_or_where_little_is_known(store: Store, project: Project) -> None:
    fill(
        store,
        project,
        [
            Talked("sure", probability=0.02, low=0.0, high=0.05),
            Talked("middle", probability=0.5, low=0.45, high=0.55),
            Talked("wide", probability=0.1, low=0.0, high=0.9),
        ],
    )
    found = find_candidates(store, make_queue(project))
    assert [round(found[key, 0].uncertain, 2) for key in ("sure", "middle", "wide")] == [0.0, 1.0, 0.81]


def test_conversations_disagree_where_thumbs_say_another_thing_than_was_heard(store: Store, project: Project) -> None:
    up, down, complaint = Heard("thumbs", 1.0, 0, 0, 1), Heard("thumbs", 1.0, 1, 1), Heard("complaint", 0.8, 1, 0)
    talked = {"praised": (up, complaint), "hated": (down, complaint), "silent": (down,), "torn": (up, down), "n": ()}
    fill(store, project, [Talked(key, heard=heard) for key, heard in talked.items()])
    found = find_candidates(store, make_queue(project))
    assert [round(found[key, 0].disagreement, 2) for key in talked] == [0.8, 0.2, 1.0, 0.5, 0.0]


def test_a_better_answer_is_asked_for_where_it_failed_else_at_the_end(store: Store, project: Project) -> None:
    fill(store, project, [Talked("failed", 4, failed=1, mode=3), Talked("well", 4)])
    found = find_candidates(store, make_queue(project))
    assert [(found[key, 0].answer_turn, found[key, 0].failure_mode) for key in ("failed", "well")] == [
        (1, 1.0),
        (3, 0.0),
    ]


def test_messages_but_the_first_are_judged_uncertain_where_a_reaction_all_but_fires(
    store: Store, project: Project
) -> None:
    heard = (Heard("complaint", 0.5, 1, 0), Heard("rephrase", 0.1, 2, 1), Heard("unsupported", 0.5, 3, 3))
    fill(store, project, [Talked("c", 4, heard=heard, failed=0, mode=1)])
    found = find_candidates(store, make_queue(project, Question.REACTION))
    assert sorted(found) == [("c", 1), ("c", 2), ("c", 3)]
    assert [each.answer_turn for each in found.values()] == [each.turn_index - 1 for each in found.values()]
    assert [round(found["c", turn].uncertain, 2) for turn in (1, 2, 3)] == [1.0, 0.04, 0.0]
    assert [found["c", turn].failure_mode for turn in (1, 2, 3)] == [1.0, 0.0, 0.0]


def test_answers_are_judged_by_what_was_found_in_them(store: Store, project: Project) -> None:
    heard = (Heard("unsupported", 0.5, 1, 1), Heard("thumbs", 1.0, 1, 1, 1), Heard("complaint", 0.9, 1, 0))
    fill(store, project, [Talked("c", 2, heard=heard)])
    found = find_candidates(store, make_queue(project, Question.ANSWER))
    assert [
        (each.turn_index, each.answer_turn) for each in sorted(found.values(), key=lambda each: each.turn_index)
    ] == [
        (0, 0),
        (1, 1),
    ]
    assert (found["c", 1].uncertain, found["c", 1].disagreement, found["c", 0].uncertain) == (1.0, 0.5, 0.0)


def test_what_went_wrong_is_asked_of_what_failed(store: Store, project: Project) -> None:
    fill(store, project, [Talked("failed", failed=1, mode=3), Talked("alone", failed=0), Talked("well")])
    found = find_candidates(store, make_queue(project, Question.FAILURE_MODE))
    assert {key: each.failure_mode for (key, _), each in found.items()} == {"failed": 1.0, "alone": 0.0}


def test_machines_what_goes_on_and_what_the_filter_leaves_out_are_not_judged(store: Store, project: Project) -> None:
    fill(
        store,
        project,
        [
            Talked("person"),
            Talked("nightly", machine="schedule"),
            Talked("going on", end=NOW - timedelta(minutes=5)),
            Talked("elsewhere", service="desk"),
        ],
    )
    assert {key for key, _ in find_candidates(store, make_queue(project, filter="service:shop"))} == {"person"}


def test_a_draw_writes_what_was_chosen_and_what_tacit_held_of_it(store: Store, project: Project) -> None:
    heard = (Heard("complaint", 0.8, 1, 0), Heard("thumbs", 1.0, 1, 0, 1), Heard("rephrase", 0.01, 1, 0))
    fill(store, project, [Talked("c", 3, probability=0.6, low=0.4, high=0.8, heard=heard, failed=0, mode=7)])
    queue = make_queue(project)
    assert draw_items(store, queue, NOW) == 1
    [item] = list_items(queue)
    assert (item.place, item.conversation_id, item.answer_turn, item.needed, item.state) == (1, "c", 0, 1, "waiting")
    assert (item.propensity, item.reason) == (1.0, "random")
    assert item.opinion == {
        "probability": 0.6,
        "low": 0.4,
        "high": 0.8,
        "signals": [{"kind": "complaint", "label": "", "score": 0.8, "fired": True, "confidence": 0.9}],
        "explicit": "up",
        "failure_mode": 7,
    }
    assert (queue.drawn_from, queue.drawn_until) == (1, NOW - timedelta(minutes=30))


def test_the_same_is_never_asked_twice_in_a_queue_nor_in_another_open_one(store: Store, project: Project) -> None:
    fill(store, project, [Talked(f"c{number}") for number in range(10)])
    first, second = make_queue(project, size=6), make_queue(project, size=100)
    other = make_queue(project, Question.ANSWER, size=100)
    assert [draw_items(store, first, NOW), draw_items(store, second, NOW), draw_items(store, first, NOW)] == [6, 4, 0]
    assert draw_items(store, other, NOW) == 20
    assert Counter(item.conversation_id for item in ReviewItem.objects.filter(queue__in=[first, second])) == {
        f"c{number}": 1 for number in range(10)
    }
    change_queue(first, is_open=False)
    assert draw_items(store, second, NOW) == 6


def test_the_same_draw_gives_the_same_items(store: Store, project: Project) -> None:
    fill(store, project, [Talked(f"c{number}", probability=number / 40) for number in range(40)])
    queue, drawn = make_queue(project, size=9, reviewers=2, overlap=0.5), []
    for _ in range(2):
        draw_items(store, queue, NOW)
        drawn.append([(item.conversation_id, item.propensity, item.needed) for item in list_items(queue)])
        queue.items.all().delete()
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 9
    assert {needed for _, _, needed in drawn[0]} == {1, 2}


def test_what_another_draw_wrote_meanwhile_stays_alone(store: Store, project: Project) -> None:
    fill(store, project, [Talked("c")])
    queue = make_queue(project)
    draw_items(store, queue, NOW)
    assert keep_draw(queue, read_definition(queue), Draw([], 0, 1, NOW), NOW) == 0
    assert ReviewQueue.objects.get(pk=queue.pk).drawn_from == 1


def test_a_daily_queue_draws_once_a_day_from_what_came_since(store: Store, project: Project) -> None:
    fill(store, project, [Talked("old", end=NOW - 30 * DAY)])
    queue = make_queue(project, draws_daily=True)
    make_queue(project, Question.ANSWER)
    assert [draw_daily(store, NOW), draw_daily(store, NOW + HOUR)] == [1, 0]
    fill(store, project, [Talked("new", end=NOW + DAY), Talked("late", end=NOW - 20 * DAY)])
    assert draw_daily(store, NOW + 3 * DAY) == 1  # two days were missed
    assert [item.conversation_id for item in list_items(queue)] == ["old", "new"]
    change_queue(queue, is_open=False)
    assert draw_daily(store, NOW + 9 * DAY) == 0


def test_a_filter_that_cannot_be_read_any_more_is_told(store: Store, project: Project) -> None:
    queue = make_queue(project, draws_daily=True)
    ReviewQueue.objects.filter(pk=queue.pk).update(filter="nonsense:1")
    assert draw_daily(store, NOW) == 0
    queue.refresh_from_db()
    assert queue.problem.startswith("The filter cannot be used any more")


def test_filters_may_have_phrases(store: Store, project: Project) -> None:
    fill(store, project, [Talked("a"), Talked("b", 3), Talked("c", 4)])
    queue = make_queue(project, filter='"message 2"', mix=Mix())
    assert {key for key, _ in find_candidates(store, queue)} == {"b", "c"}
