"""How much truer P(dissatisfied) becomes by reviews, against known truth: labelled chats and simulated projects.

    python -m benchmarks.review_calibration [--runs 5] [--only chats|validation|worlds] [--write]

A project's conversations are drawn as a review queue draws them, mostly where Tacit is unsure, or by chance alone. One
reviewer, who errs in 7 of 100, says of each whether its user was satisfied; the project is fitted again. Everything is
judged on the conversations that were not reviewed, by their true outcome. `--write` writes the tables into
`docs/satisfaction.md`. Seeds are fixed.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy.measures import list_bins, measure_calibration_error
from benchmarks.satisfaction import WORLDS, World, learn_shipped, simulate, write_table
from feedback.review.choosing import Candidate, choose
from feedback.review.queue import Mix
from feedback.satisfaction.defaults import Defaults, load_defaults
from feedback.satisfaction.estimates import estimate_conversations
from feedback.satisfaction.model import REVIEW_ACCURACY, fit_satisfaction
from feedback.satisfaction.table import Table, Verdicts, tabulate
from feedback.training.chats import FOLDS, find_fold
from feedback.training.satisfaction import learn_defaults, load_told

COUNTS = (0, 20, 50, 100, 200, 400)
MIXED, BY_CHANCE = Mix(), Mix(0.0, 0.0, 0.0, 1.0)
DRAWS = {"as a queue draws": MIXED, "by chance": BY_CHANCE}
SEED = 13
SIMULATED = (WORLDS[1], WORLDS[2])
"""Without thumbs, and with thumbs and votes that hang together."""
SIMULATED_COUNTS = (0, 50, 200, 400)

Array = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Project:
    """Conversations with their true outcomes, and what is believed of each before a word of a reviewer."""

    truth: Booleans
    table: Table
    defaults: Defaults
    before: Array


@dataclass(frozen=True, slots=True)
class Judged:
    """Conversations of a project that were not reviewed."""

    truth: Booleans
    probabilities: Array


@dataclass(frozen=True, slots=True)
class Run:
    """Projects with so many reviews each, judged together."""

    error: float
    apart: float
    """The mean of the errors of each project by itself."""
    brier: float
    loss: float
    shift: float
    """Mean of the probabilities less the share of the dissatisfied."""
    chance: float
    """The error that probabilities without any fault would show."""


def estimate(table: Table, defaults: Defaults) -> Array:
    return estimate_conversations(fit_satisfaction(table, defaults), table).probabilities


def draw(probabilities: Array, count: int, mix: Mix, seed: str) -> npt.NDArray[np.int64]:
    """The places of the conversations that a queue would choose."""
    candidates = [
        Candidate(str(place), 0, 0, 1 - abs(2 * each - 1), 0.0, float(each > 0.5))
        for place, each in enumerate(probabilities.tolist())
    ]
    return np.array(sorted(int(item.conversation_id) for item in choose(candidates, mix, count, seed)), np.int64)


def add_reviews(table: Table, places: npt.NDArray[np.int64], truth: Booleans, random: np.random.Generator) -> Table:
    """One reviewer's word on each of these conversations."""
    said = truth[places] ^ (random.random(len(places)) >= REVIEW_ACCURACY)
    nothing, yes = np.zeros(len(places)), np.ones(len(places), bool)
    reviews = (places, said, ~yes, yes, nothing, nothing)
    known = table.verdicts
    told = [getattr(known, field.name) for field in fields(known)]
    verdicts = Verdicts(*(np.concatenate(pair) for pair in zip(told, reviews, strict=True)))
    return replace(table, verdicts=verdicts)


def start_project(truth: Booleans, table: Table, defaults: Defaults) -> Project:
    return Project(truth, table, defaults, estimate(table, defaults))


def run_project(project: Project, count: int, mix: Mix, seed: tuple[int, ...]) -> Judged:
    """Whatever the number of reviews, the same half is judged; the other is drawn from."""
    truth, before = project.truth, project.before
    order = np.random.default_rng((SEED, *seed))
    judged = np.zeros(len(truth), bool)
    judged[order.permutation(len(truth))[: len(truth) // 2]] = True
    drawable = np.flatnonzero(~judged)
    places = drawable[draw(before[drawable], count, mix, f"{SEED} {seed}")] if count else drawable[:0]
    random = np.random.default_rng((SEED, *seed, count))
    after = estimate(add_reviews(project.table, places, truth, random), project.defaults) if count else before
    return Judged(truth[judged], after[judged])


def measure(projects: Sequence[Judged]) -> Run:
    truth = np.concatenate([each.truth for each in projects])
    probabilities = np.concatenate([each.probabilities for each in projects])
    random, kept = np.random.default_rng(SEED), np.clip(probabilities, 1e-6, 1 - 1e-6)
    perfect = [random.random(len(truth)) < probabilities for _ in range(50)]
    return Run(
        error=measure_calibration_error(list_bins(truth, probabilities)),
        apart=float(
            np.mean([measure_calibration_error(list_bins(each.truth, each.probabilities)) for each in projects])
        ),
        brier=float(np.mean((probabilities - truth) ** 2)),
        loss=float(-np.mean(np.log(np.where(truth, kept, 1 - kept)))),
        shift=float(probabilities.mean() - truth.mean()),
        chance=float(np.mean([measure_calibration_error(list_bins(each, probabilities)) for each in perfect])),
    )


def list_chats() -> Iterator[Project]:
    """Each fifth of the training chats as a project, by what was learnt from the other four."""
    told = load_told(validation=False)
    folds = np.array([find_fold(each.facts.conversation_id, FOLDS) for each in told])
    for fold in range(FOLDS):
        defaults = learn_defaults([each for each, of in zip(told, folds, strict=True) if of != fold])
        held = [each for each, of in zip(told, folds, strict=True) if of == fold]
        truth = np.array([each.is_dissatisfied for each in held])
        yield start_project(truth, tabulate([each.facts for each in held], [], defaults), defaults)


def measure_chats(runs: int) -> str:
    projects = list(list_chats())
    rows = []
    for name, mix in DRAWS.items():
        for count in COUNTS:
            found = [
                measure([run_project(project, count, mix, (seed, at)) for at, project in enumerate(projects)])
                for seed in range(runs)
            ]
            rows.append(tell_row(f"{count} {name}" if count else "none", found))
    return tell_table("reviews of each project", rows[: len(COUNTS)] + rows[len(COUNTS) + 1 :])


def measure_validation(runs: int) -> str:
    """All validation chats as one project; of five parts, four are reviewed, and the fifth is judged."""
    rows = []
    for name, is_thorough in (("the quick reader", False), ("both readers", True)):
        told = load_told(validation=True, is_thorough=is_thorough)
        truth = np.array([each.is_dissatisfied for each in told])
        table, defaults = tabulate([each.facts for each in told], [], load_defaults()), load_defaults()
        rows.append(tell_row(f"{name}, none", [measure([Judged(truth, estimate(table, defaults))])]))
        for share in (0.25, 0.5, 0.8):
            found = [review_crosswise(truth, table, defaults, share, seed) for seed in range(runs)]
            rows.append(tell_row(f"{name}, {share * len(told):.0f}", found))
    return tell_table("validation chats, reviews", rows)


def review_crosswise(truth: Booleans, table: Table, defaults: Defaults, share: float, seed: int) -> Run:
    """Each part is judged by what reviews of others taught."""
    random = np.random.default_rng((SEED, seed))
    parts = random.permutation(len(truth)) % 5
    probabilities = np.zeros(len(truth))
    for part in range(5):
        others = random.permutation(np.flatnonzero(parts != part))[: int(share * len(truth))]
        found = estimate(add_reviews(table, np.sort(others), truth, random), defaults)
        probabilities[parts == part] = found[parts == part]
    return measure([Judged(truth, probabilities)])


def measure_worlds(runs: int) -> str:
    shipped, rows = learn_shipped(), []
    for world in SIMULATED:
        told = (simulate(world, np.random.default_rng((SEED, number))) for number in range(runs))
        projects = [start_project(truth, table, shipped) for truth, table in told]
        for count in SIMULATED_COUNTS:
            found = [measure([run_project(each, count, MIXED, (at,))]) for at, each in enumerate(projects)]
            rows.append(tell_row(f"{name_world(world)}: {count or 'none'}", found))
            print(rows[-1], flush=True)
    return tell_table("simulated project, reviews", rows)


def name_world(world: World) -> str:
    return world.what.removeprefix("the same ")


def tell_row(name: str, runs: Sequence[Run]) -> str:
    error, apart, chance, brier, loss, shift = (
        float(np.mean([getattr(each, field) for each in runs]))
        for field in ("error", "apart", "chance", "brier", "loss", "shift")
    )
    spread = float(np.std([each.error for each in runs]))
    errors = (f"{error:.3f} ± {spread:.3f}", f"{chance:.3f}", f"{apart:.3f}")
    cells = (*errors, f"{brier:.4f}", f"{loss:.4f}", f"{shift:+.3f}")
    return f"| {name} | {len(runs)} | {' | '.join(cells)} |"


def tell_table(what: str, rows: Sequence[str]) -> str:
    head = (
        f"| {what} | runs | calibration error, ten bins | by chance | of each project alone | Brier | log loss | "
        "mean of P less truth |"
    )
    return "\n".join([head, "| --- | --- | --- | --- | --- | --- | --- | --- |", *rows])


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures what reviews do to estimates, against known truth.")
    parser.add_argument("--runs", type=int, default=4, help="of each row")
    parser.add_argument("--only", choices=("chats", "validation", "worlds"), help="one part alone")
    parser.add_argument("--write", action="store_true", help="write the tables into satisfaction.md")
    options = parser.parse_args()
    parts = {"chats": measure_chats, "validation": measure_validation, "worlds": measure_worlds}
    for name, part in parts.items():
        if options.only in (None, name):
            table = part(options.runs)
            print(table, flush=True)
            if options.write:
                write_table(f"reviews-{name}", table)


if __name__ == "__main__":
    main()
