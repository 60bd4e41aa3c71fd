"""One seed up to what is learnt from: a world, its traffic, what Tacit hears and exports of it, and the exam.

Every arm of the comparison is a list of lessons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from benchmarks.flywheel_loop.exam import Exam, set_exam
from benchmarks.flywheel_loop.lessons import THUMBS, WORDS, Lesson, export
from benchmarks.flywheel_loop.remarks import Remarks, load_remarks
from benchmarks.flywheel_loop.traffic import HABITS, Habits, Talk, Traffic
from benchmarks.flywheel_loop.world import World
from feedback.datasets import LabelledConversation

CONVERSATIONS: Final = 4000
ARMS: Final = {
    "export": "our export, all rows",
    "thumbs": "thumbs only, all rows",
    "random": "random pairs, as many as our export has rows",
    "export as few": "our export, as many rows as thumbs",
    "words": "what is heard in words alone, all rows",
    "thumbs and words": "thumbs and what is heard in words, all rows",
    "pairs": "our export of pairs, all rows",
    "weighed": "our export, rows weighed by how sure they are",
    "truth": "our export with the right labels, which nobody has",
}
EXPORT, THUMB, RANDOM = "export", "thumbs", "random"
KINDS: Final = {"stop": "early_termination"}
"""Signals that are called otherwise than the labels of chats."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Of a kind of feedback, over all later messages: how often it was so, was heard, and both."""

    so: int
    heard: int
    both: int


@dataclass(frozen=True, slots=True)
class Season:
    """What came of a seed."""

    seed: int
    average: tuple[float, ...]
    """What people think of each trait, on average."""
    answers: int
    dissatisfied: float
    """Share of the answers with which their reader was not content."""
    arms: Mapping[str, Sequence[Lesson]]
    right: Mapping[str, tuple[int, int]]
    """By source of labels in our export: how many rows, and how many are right of their reader at the time."""
    heard: Mapping[str, Heard]
    exam: Exam


def live(
    seed: int, conversations: int = CONVERSATIONS, habits: Habits = HABITS, remarks: Remarks | None = None
) -> Season:
    """The season of a seed; the same for the same seed."""
    world = World(seed)
    talks = Traffic(world, remarks or load_remarks(), np.random.default_rng([seed, 1]), habits).draw(conversations)
    labelled = [talk.listen() for talk in talks]
    truth = {span: is_content for talk in talks for span, is_content in talk.was_content.items()}
    arms = gather_arms(world, labelled, truth, np.random.default_rng([seed, 3]))
    return Season(
        seed=seed,
        average=tuple(map(float, world.average)),
        answers=len(truth),
        dissatisfied=1 - sum(truth.values()) / len(truth),
        arms=arms,
        right=count_right(arms[EXPORT], truth),
        heard=count_heard(talks, labelled),
        exam=set_exam(world, np.random.default_rng([seed, 2])),
    )


def gather_arms(
    world: World, labelled: Sequence[LabelledConversation], truth: Mapping[str, bool], random: np.random.Generator
) -> dict[str, Sequence[Lesson]]:
    whole, thumbs = export("trl-kto", labelled).lessons, export("trl-kto", labelled, THUMBS).lessons
    few = sorted(random.permutation(len(whole))[: len(thumbs)])
    return {
        EXPORT: whole,
        THUMB: thumbs,
        RANDOM: [pair_by_chance(world, random) for _ in whole],
        "export as few": [whole[place] for place in few],
        "words": export("trl-kto", labelled, WORDS).lessons,
        "thumbs and words": export("trl-kto", labelled, THUMBS + WORDS).lessons,
        "pairs": export("trl-reward", labelled).lessons,
        "weighed": [replace(lesson, weight=2 * lesson.confidence - 1) for lesson in whole],
        "truth": [replace(lesson, is_good=truth[lesson.spans[0]]) for lesson in whole],
    }


def pair_by_chance(world: World, random: np.random.Generator) -> Lesson:
    """Two answers of the app to the same request; which is the better one nobody was asked."""
    task = world.tasks[random.integers(len(world.tasks))]
    one, other = (world.draw_candidate(task, world.tasks, random) for _ in range(2))
    return Lesson(task.request, one.text, True, other.text)


def count_right(lessons: Sequence[Lesson], truth: Mapping[str, bool]) -> dict[str, tuple[int, int]]:
    rows = Counter(lesson.source for lesson in lessons)
    right = Counter(lesson.source for lesson in lessons if truth[lesson.spans[0]] == lesson.is_good)
    return {source: (count, right[source]) for source, count in rows.most_common()}


def count_heard(talks: Sequence[Talk], labelled: Sequence[LabelledConversation]) -> dict[str, Heard]:
    """By kind of feedback, as chats are labelled."""
    so, heard, both = Counter[str](), Counter[str](), Counter[str]()
    for talk, told in zip(talks, labelled, strict=True):
        fired = {(signal.turn_index, signal.kind) for signal in told.signals if signal.fired}
        for index, remark in talk.remarks.items():
            kinds = {kind for kind in remark.reading.kinds if (index, KINDS.get(kind, kind)) in fired}
            so.update(remark.kinds)
            heard.update(kinds)
            both.update(remark.kinds & kinds)
    return {kind: Heard(so[kind], heard[kind], both[kind]) for kind in sorted(so | heard)}
