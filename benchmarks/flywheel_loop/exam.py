"""How well a model judges for people whom it never met: the persons and tasks of a test and the model's scores come in,
figures go out.

People and requests of the test are others than those of the traffic. Figures stand for each person and task, so that
intervals may draw both again.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.flywheel_loop.world import Candidate, World

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

TEST_PEOPLE, ANSWERS = 200, 4
LEAST_DIFFERENCE: Final = 1e-9
"""Of utility; between answers with the same traits nobody has a preference."""
DRAWS: Final = 1000


@dataclass(frozen=True, slots=True)
class Exam:
    """Some answers to each task of the test, and what each person of the test thinks of them."""

    candidates: tuple[tuple[Candidate, ...], ...]
    """By task."""
    utility: Floats
    """Of person, task and answer."""
    average: Floats
    """The same of the average person: the best that one model for all can do."""


@dataclass(frozen=True, slots=True)
class Marks:
    """By person and task."""

    right: Floats
    """Pairs of answers that the model puts in the order of the person."""
    pairs: Floats
    """Pairs of which the person likes one better."""
    gained: Floats
    """Utility of the answer that the model puts first, over that of one by chance."""
    to_gain: Floats
    """The same of the answer that the person likes best."""

    def weigh(self, people: Counts, tasks: Counts) -> "Marks":
        """Each person and task as often as told."""
        weight = people[:, None] * tasks[None, :]
        return Marks(self.right * weight, self.pairs * weight, self.gained * weight, self.to_gain * weight)

    def measure_accuracy(self) -> float:
        return float(self.right.sum() / self.pairs.sum())

    def measure_gain(self) -> float:
        """Share of what there is to gain by choosing the best of the answers."""
        return float(self.gained.sum() / self.to_gain.sum())


def set_exam(world: World, random: np.random.Generator) -> Exam:
    people = [world.draw_person(f"judge{number}", random) for number in range(TEST_PEOPLE)]
    candidates = tuple(
        tuple(world.draw_candidate(task, world.test_tasks, random) for _ in range(ANSWERS)) for task in world.test_tasks
    )
    traits = np.array([[each.traits for each in held] for held in candidates], float)
    utility = np.array([world.measure_utility(person, traits) for person in people])
    return Exam(candidates, utility, traits @ world.average)


def mark(exam: Exam, scores: Floats) -> Marks:
    """`scores` by task and answer."""
    first, second = np.array(list(combinations(range(ANSWERS), 2))).T
    liked = exam.utility[:, :, first] - exam.utility[:, :, second]
    said = scores[:, first] - scores[:, second]
    counts = np.abs(liked) > LEAST_DIFFERENCE
    right = np.where(said == 0, 0.5, np.sign(liked) == np.sign(said)) * counts
    chosen = np.take_along_axis(exam.utility, scores.argmax(1)[None, :, None], 2)[..., 0]
    mean = exam.utility.mean(2)
    return Marks(right.sum(2), counts.sum(2), chosen - mean, exam.utility.max(2) - mean)


def draw_again(exam: Exam, seed: int) -> list[tuple[Counts, Counts]]:
    """How often each person and each task comes in each of many draws with replacement."""
    random = np.random.default_rng([seed, 9])
    people, tasks = exam.utility.shape[:2]
    return [
        (random.multinomial(people, [1 / people] * people), random.multinomial(tasks, [1 / tasks] * tasks))
        for _ in range(DRAWS)
    ]
