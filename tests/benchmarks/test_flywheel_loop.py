"""The loop of docs/flywheel.md, small: a world, its traffic, what is exported of it, and the exam."""

import json

import numpy as np
import pytest

from benchmarks.accuracy.hearing import STATIC
from benchmarks.flywheel_loop.document import DOCUMENT, write_document
from benchmarks.flywheel_loop.exam import mark, set_exam
from benchmarks.flywheel_loop.finetuning import finetune
from benchmarks.flywheel_loop.judge import Reader, teach
from benchmarks.flywheel_loop.lessons import WORDS, export
from benchmarks.flywheel_loop.measure import RESULTS, list_exam, mark_arm
from benchmarks.flywheel_loop.remarks import Remarks, load_remarks
from benchmarks.flywheel_loop.season import ARMS, Season, live
from benchmarks.flywheel_loop.traffic import Habits, Traffic
from benchmarks.flywheel_loop.world import World, load_tasks
from feedback.training.chats import list_files, load_chats

SILENT = Habits((0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), goes_on=(0.5, 0.5))


@pytest.fixture(scope="module")
def remarks() -> Remarks:
    return load_remarks(STATIC)


@pytest.fixture(scope="module")
def season(remarks: Remarks) -> Season:
    return live(7, 250, remarks=remarks)


def test_tasks_are_none_of_the_chats_that_people_speak_from(remarks: Remarks) -> None:
    held_out = load_chats(list_files(validation=True))
    said = {each.text for side in remarks.values() for each in side}
    assert said == {each.exchange.message for each in held_out}
    assert said.isdisjoint(task.request for task in load_tasks())


def test_the_exam_asks_what_the_traffic_never_asked() -> None:
    world = World(7)
    assert len(world.test_tasks) == 150
    assert {task.request for task in world.test_tasks}.isdisjoint(task.request for task in world.tasks)


def test_people_who_show_nothing_teach_nothing(remarks: Remarks) -> None:
    """However much their answers differ: what is heard comes from reactions alone."""
    nothing = {**remarks, "nothing": [each for each in remarks["nothing"] if each.reading.feedback < 0.1]}
    talks = Traffic(World(7), nothing, np.random.default_rng(7), SILENT).draw(200)
    assert any(not content for talk in talks for content in talk.was_content.values())
    assert export("trl-kto", [talk.listen() for talk in talks]).lessons == []


def test_arms_hold_what_they_are_called(season: Season) -> None:
    arms = season.arms
    assert set(arms) == set(ARMS)
    assert {lesson.source for lesson in arms["thumbs"]} == {"thumbs:up", "thumbs:down"}
    assert {lesson.source for lesson in arms["words"]} <= set(WORDS)
    assert set(arms["thumbs"]) <= set(arms["export"])
    assert set(arms["thumbs and words"]) <= set(arms["export"])
    assert set(arms["export as few"]) <= set(arms["export"])
    assert len(arms["export as few"]) == len(arms["thumbs"])
    assert len(arms["random"]) == len(arms["export"]) == len(arms["truth"]) == len(arms["weighed"])
    assert all(0 <= lesson.weight < 1 for lesson in arms["weighed"] if lesson.source.startswith("signal:"))
    assert all(lesson.loser for arm in ("random", "pairs") for lesson in arms[arm])
    assert not any(lesson.loser for arm in ("export", "thumbs", "words", "truth") for lesson in arms[arm])


def test_the_same_seed_gives_the_same_season(season: Season, remarks: Remarks) -> None:
    again = live(7, 250, remarks=remarks)
    assert (again.arms, again.heard, again.average) == (season.arms, season.heard, season.average)
    assert live(8, 250, remarks=remarks).average != season.average


def test_what_is_heard_is_counted_by_what_people_labelled(season: Season) -> None:
    heard = season.heard
    assert heard["complaint"].so > heard["complaint"].both > 0
    assert all(each.both <= min(each.so, each.heard) for each in heard.values())


def test_marks_say_how_many_pairs_and_how_much_of_the_gain(season: Season) -> None:
    exam = set_exam(World(7), np.random.default_rng(1))
    alone = type(exam)(exam.candidates, exam.utility[:1], exam.average)
    right, wrong, none = (mark(alone, sign * alone.utility[0]) for sign in (1, -1, 0))
    assert (right.measure_accuracy(), right.measure_gain()) == (1, 1)
    assert wrong.measure_accuracy() == 0
    assert wrong.measure_gain() < 0
    assert none.measure_accuracy() == 0.5
    everybody = mark(exam, exam.average).measure_accuracy()
    assert 0.7 < everybody < 1


def test_a_judge_that_is_told_the_truth_judges_better_than_chance(season: Season) -> None:
    requests, answers = zip(*list_exam(season.exam), strict=True)
    judge = teach(season.arms["truth"], Reader())
    assert mark_arm(season.exam, judge.score(requests, answers)).measure_accuracy() > 0.55


def test_the_document_tells_the_results() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == write_document(text, json.loads(RESULTS.read_text(encoding="utf-8")))


@pytest.mark.slow
def test_minilm_is_finetuned_on_both_sorts_of_lessons(season: Season) -> None:
    arms = {arm: season.arms[arm] for arm in ("truth", "pairs")}
    exam = list_exam(season.exam)[:40]
    scores = finetune(arms, exam, Reader(), 7, draws=32)
    assert {arm: len(told) for arm, told in scores.items()} == {"truth": 40, "pairs": 40}
    assert all(len(set(told)) > 30 and np.isfinite(told).all() for told in scores.values())
