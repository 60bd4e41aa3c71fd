"""Which failure modes reviewers may choose from, and what holds of a mode by what they said."""

import numpy as np

from feedback.failure_modes.catalogue import Catalogue, Examples, Mode
from feedback.failure_modes.clustering import Floats
from feedback.failures.catalogues import save_catalogue
from feedback.failures.records import pack_vectors
from feedback.models import FailureMode, ReviewItem
from feedback.review.questions import MOST_MODES, NONE, Question
from feedback.reviewing.asked import ask_of
from feedback.reviewing.modes import is_verified, list_mode_choices, list_verified_members, load_membership
from tests.feedback.failures.filling import NOW, Told, fill, make_mode
from tests.feedback.failures.reviewing import draw_modes, say
from tests.feedback.reviewing.places import add_item, make_queue
from tracing.models import Project
from tracing.store import Store

WIDTH = 1152
TURNS = np.eye(12, WIDTH, dtype=np.float32)
"""Of twelve failures, each unlike all others."""


def make_item(store: Store, project: Project, name: str, mode: int, vector: Floats, modes: int) -> ReviewItem:
    """A conversation in a mode, where there are so many modes."""
    for number in range(1, modes + 1):
        make_mode(project, number)
    known = tuple(Mode(number, (Examples("answer", 5, TURNS[number - 1]),)) for number in range(1, modes + 1))
    save_catalogue(project.pk, Catalogue(known, modes + 1))
    fill(store, project, [Told(name, NOW, mode)], 1, pack_vectors(vector[None, :]))
    return add_item(make_queue(project, Question.FAILURE_MODE), name)


def list_numbers(store: Store, item: ReviewItem, *chosen: str) -> list[int]:
    return [choice.number for choice in list_mode_choices(store, item, chosen)]


def test_few_modes_are_all_offered_by_their_numbers(project: Project, store: Store) -> None:
    item = make_item(store, project, "c", 5, TURNS[4], modes=MOST_MODES)
    assert list_numbers(store, item) == [1, 2, 3, 4, 5, 6, 7]
    assert [choice.key for choice in ask_of(store, item).choices][-2:] == ["none", "cannot_tell"]


def test_of_many_the_nearest_are_offered_and_the_one_it_is_in_does_not_stand_out(
    project: Project, store: Store
) -> None:
    near = sum(weight * TURNS[place] for weight, place in zip((5, 4, 3, 3, 2, 2), (1, 3, 4, 6, 8, 10), strict=True))
    item = make_item(store, project, "c", 12, near / np.linalg.norm(near), modes=12)
    assert list_numbers(store, item) == [2, 4, 5, 7, 9, 11, 12], "by their numbers, the one that it is in among them"


def test_what_is_being_said_stays_an_answer_whatever_became_of_the_mode(project: Project, store: Store) -> None:
    item = make_item(store, project, "c", 1, TURNS[0], modes=12)
    shown = list_numbers(store, item)
    [left_out, *_] = sorted({*range(1, 13)} - {*shown})
    assert left_out in list_numbers(store, item, f"mode:{left_out}")
    FailureMode.objects.filter(number=2).update(merged_into=FailureMode.objects.get(number=1))
    assert 2 not in list_numbers(store, item)
    assert 2 in list_numbers(store, item, "mode:2")
    assert list_numbers(store, item, "mode:99", NONE) == list_numbers(store, item), "what never was is no answer"


def test_a_name_that_people_gave_stands_first_and_what_was_found_beneath(project: Project, store: Store) -> None:
    item = make_item(store, project, "c", 1, TURNS[0], modes=2)
    FailureMode.objects.filter(number=1).update(name="Late trains")
    FailureMode.objects.filter(number=2).update(description={"terms": [{"text": "lost"}, {"text": "bag"}]})
    first, second = list_mode_choices(store, item)
    assert (first.title, first.hint) == ("Late trains", "Complaint · order 1")
    assert second.hint == "lost, bag"


def test_a_conversation_that_fails_no_more_may_still_be_judged(project: Project, store: Store) -> None:
    item = make_item(store, project, "c", 3, TURNS[2], modes=12)
    gone = add_item(item.queue, "gone")
    assert list_numbers(store, gone) == [1, 2, 3, 4, 5, 6, 7]


def test_a_mode_is_verified_by_what_was_in_it_when_it_was_drawn(project: Project, store: Store) -> None:
    draw_modes(store, project)
    say(store, project, {f"late-{at}": "mode:1" for at in range(5)} | {"lost-0": "mode:1"})
    assert is_verified(store, project.pk, 1)
    assert not is_verified(store, project.pk, 2)
    assert list_verified_members(store, project.pk, 1) == [*(f"late-{at}" for at in range(5)), "lost-0"]
    assert (load_membership(store, project.pk, 2).reviewed, load_membership(store, project.pk, 1).found) == (1, 1)


def test_modes_that_became_one_are_reviewed_as_one(project: Project, store: Store) -> None:
    draw_modes(store, project)
    say(store, project, {f"late-{at}": "mode:1" for at in range(3)} | {f"lost-{at}": "mode:2" for at in range(3)})
    FailureMode.objects.filter(number=2).update(merged_into=FailureMode.objects.get(number=1))
    assert load_membership(store, project.pk, 1).reviewed == 6
    assert is_verified(store, project.pk, 1)
    assert len(list_verified_members(store, project.pk, 1)) == 6
