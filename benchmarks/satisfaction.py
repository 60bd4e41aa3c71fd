"""Estimates of satisfaction against known truth: simulated projects, and labelled chats that nothing was learnt from.

    python -m benchmarks.satisfaction [--runs 200] [--write]

A simulated project is not made by the model that is fitted to it: users differ in how much they show, so that all votes
of one conversation depend on each other; what a vote says differs from project to project; those who speak up are more
often dissatisfied, some are lenient, thumbs depend on the turn and on the length of the answer; and the further worlds
break more. `--write` writes the tables into `docs/satisfaction.md`. Seeds are fixed.
"""

import argparse
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from sklearn.metrics import roc_auc_score

from benchmarks.accuracy.measures import list_bins, measure_calibration_error
from feedback.satisfaction.defaults import Defaults, load_defaults
from feedback.satisfaction.estimates import estimate_conversations
from feedback.satisfaction.facts import Facts, Observation, Verdict
from feedback.satisfaction.intervals import Interval
from feedback.satisfaction.label_model import Prior, Vote, correlate_within
from feedback.satisfaction.model import fit_satisfaction
from feedback.satisfaction.rates import estimate_rates
from feedback.satisfaction.table import Table, Verdicts, tabulate
from feedback.satisfaction.votes import WORDS, Votes, WordWeights, level_words
from feedback.training.chats import FOLDS, find_fold
from feedback.training.satisfaction import Told, find_deviation, learn_defaults, load_told

DOCUMENT = Path(__file__).resolve().parent.parent / "docs/satisfaction.md"
BEGIN, END = "<!-- {}: begin -->", "<!-- {}: end -->"
SEED = 9
CORPUS_GROUPS, CORPUS_SIZE = 16, 600
KINDS: Mapping[str, tuple[float, float]] = {
    "regeneration -": (0.06, 0.20),
    "abandonment -": (0.02, 0.15),
    "refusal -": (0.03, 0.12),
    "error -": (0.02, 0.10),
    "tool_failure -": (0.04, 0.10),
    "copy +": (0.25, 0.10),
    "accept +": (0.10, 0.03),
}
"""By vote beside the words: how often it is cast on satisfied and on dissatisfied conversations, about."""

Array = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class World:
    """What a project is like, and how those who speak up differ from the rest."""

    what: str = ""
    conversations: int = 6_000
    users: int = 800
    rate: float = 0.25
    """Dissatisfied, about."""
    difference: float = 0.4
    """Between projects: standard deviation of the log odds that a vote is cast."""
    dependence: float = 0.5
    """How much all votes depend on how much a user shows, in log odds by its standard deviation."""
    heavy_users: bool = False
    is_explicit: bool = True
    selection: float = 1.4
    """How much likelier a dissatisfied user speaks up, in log odds."""
    selection_by_signals: float = 0.0
    """How much likelier each unit of what was written makes it, in log odds."""
    is_log_log: bool = False
    """Whether speaking up follows another curve than the logistic one."""
    volunteering: float = -3.4
    asked: float = 0.03
    leniency: float = 1.0
    """Standard deviation between users, in log odds of a thumb down."""
    bias: float = 0.5
    """Of a thumb, in log odds by a standard deviation of the answer's length and by place."""


WORLDS: tuple[World, ...] = (
    World("thumbs biased by selection, leniency, place and length"),
    World("the same without anything said on purpose", is_explicit=False),
    World("votes that depend on each other twice as much", dependence=1.0),
    World("votes independent of each other", dependence=0.0),
    World("selection by what was written as well", selection_by_signals=0.3),
    World("speaking up by a complementary log-log curve", is_log_log=True),
    World("few users hold most conversations", heavy_users=True),
    World("a small project", conversations=800, users=150),
    World("nobody is asked", asked=0.0),
    World("hardly anybody is dissatisfied", rate=0.08),
    World("thumbs that are not biased", selection=0.0, leniency=0.3, bias=0.0),
)


def simulate(world: World, random: np.random.Generator) -> tuple[Booleans, Table]:
    """Who is dissatisfied in truth, and all that is seen of it."""
    count = world.conversations
    activity = random.pareto(1.2, world.users) + 0.2 if world.heavy_users else random.gamma(2, 1, world.users)
    users = random.choice(world.users, count, p=activity / activity.sum())
    turns = 1 + random.geometric(0.35, count).clip(max=20)
    characters = np.exp(random.normal(6, 0.8, count))
    moods = 0.3 * random.normal(size=world.users)
    truth = random.random(count) < expit(logit(world.rate) + 0.25 * (np.log(turns) - 1) + moods[users])
    votes = simulate_votes(world, truth, random)
    asked = (random.random(count) < world.asked) & world.is_explicit
    verdicts = simulate_verdicts(world, truth, votes.words, users, turns, characters, asked, random)
    return truth, Table(votes, users, turns.astype(float), characters, asked, np.full(count, world.asked), verdicts)


def simulate_votes(world: World, truth: Booleans, random: np.random.Generator) -> Votes:
    shown = random.normal(size=len(truth))
    off = world.difference * random.normal(size=3)
    speaks = random.random(len(truth)) < expit(-0.4 + truth + 0.7 * world.dependence * shown + off[0])
    against = random.normal(1.0 + 0.4 * off[1], 1.2, len(truth)) + 0.6 * world.dependence * shown
    favour = random.normal(-1.0 + 0.4 * off[2], 1.1, len(truth)) + 0.2 * world.dependence * shown
    words = np.where(speaks, np.where(truth, against, favour), 0.0)
    codes = [level_words(words)]
    for name, (satisfied, dissatisfied) in KINDS.items():
        base, apart = world.difference * random.normal(size=2)
        log_odds = np.where(truth, logit(dissatisfied) + base + 0.7 * apart, logit(satisfied) + base - 0.7 * apart)
        log_odds += world.dependence * shown * (-1 if name.endswith("+") else 1)
        is_cast = random.random(len(truth)) < expit(log_odds)
        codes.append(is_cast * (1 + (random.random(len(truth)) < np.where(truth, 0.55, 0.4))))
    return Votes(words, np.column_stack(codes))


def simulate_verdicts(
    world: World,
    truth: Booleans,
    words: Array,
    users: npt.NDArray[np.int64],
    turns: npt.NDArray[np.int64],
    characters: Array,
    asked: Booleans,
    random: np.random.Generator,
) -> Verdicts:
    log_odds = world.volunteering + world.selection * truth + 0.35 * (np.log(turns) - 1)
    log_odds = log_odds + world.selection_by_signals * np.clip(words, -3, 3)
    chance = 1 - np.exp(-np.exp(log_odds)) if world.is_log_log else expit(log_odds)
    volunteered = (random.random(len(truth)) < chance) & world.is_explicit
    answered = asked & ~volunteered & (random.random(len(truth)) < expit(-0.6 + 0.3 * truth))
    places = np.flatnonzero(volunteered | answered)
    lenient = random.normal(0.0, world.leniency, world.users)
    at = np.floor(random.random(len(places)) * turns[places])
    lengths = characters[places] * np.exp(random.normal(0, 0.3, len(places)))
    bias = world.bias * (np.log1p(at) - 0.5 - (np.log(lengths) - 6) / 0.8)
    down = random.random(len(places)) < expit(-2.0 + 4.2 * truth[places] + lenient[users[places]] + bias)
    return Verdicts(places, down, ~volunteered[places], np.zeros(len(places), bool), at, lengths)


@cache
def learn_shipped() -> Defaults:
    """What would be shipped, had it been learnt from other simulated projects, whose outcomes are known."""
    random = np.random.default_rng(SEED)
    worlds = [simulate(World(conversations=CORPUS_SIZE, users=200, rate=0.5), random) for _ in range(CORPUS_GROUPS)]
    truth = np.concatenate([each for each, _ in worlds])
    codes = np.concatenate([each.votes.codes for _, each in worlds])
    words = np.concatenate([each.votes.words for _, each in worlds])
    groups = np.repeat(np.arange(CORPUS_GROUPS).astype(str), CORPUS_SIZE)
    votes = tuple(learn_vote(name, codes[:, at], truth, groups) for at, name in enumerate((WORDS, *KINDS)))
    said = np.column_stack([np.array(vote.ratios)[codes[:, at]] for at, vote in enumerate(votes)])
    correlations = correlate_within(said, np.stack([~truth, truth]).astype(float))
    centres = tuple(float(words[codes[:, 0] == level].mean()) for level in range(len(votes[0].levels)))
    return Defaults(WordWeights((), np.zeros((0, 2))), Prior(votes, correlations, 0.3), centres)


def learn_vote(name: str, levels: npt.NDArray[np.int64], truth: Booleans, groups: npt.NDArray[np.str_]) -> Vote:
    count = int(levels.max()) + 1
    cells = np.stack([np.bincount(levels[truth == each], minlength=count) + 0.5 for each in (False, True)])
    shares = cells / cells.sum(axis=1, keepdims=True)
    deviation = find_deviation(levels, truth, groups, count)
    names = tuple(str(level) for level in range(count))
    ratios = np.log(shares[1] / shares[0])
    return Vote(name, names, tuple(shares[0].tolist()), tuple(ratios.tolist()), (deviation,) * count)


@dataclass(frozen=True, slots=True)
class Run:
    """One simulated project: the truth and what was said of it."""

    truth: float
    thumbs: float
    verdicts: int
    implicit: Interval
    corrected: Interval


@dataclass(frozen=True, slots=True)
class Figures:
    """Of many runs, in shares of 1: mean distances from the truth, and how often it lay in the 90 % interval."""

    runs: int
    verdicts: float
    truth: float
    thumbs: float
    implicit_bias: float
    implicit_error: float
    implicit_holds: float
    corrected_bias: float
    corrected_error: float
    corrected_holds: float
    width: float


def run_world(world: World, runs: int, first: int = 0) -> list[Run]:
    """Each run has a seed of its own, its number."""
    shipped = learn_shipped()
    return [run_once(world, shipped, np.random.default_rng((SEED, number))) for number in range(first, first + runs)]


def run_once(world: World, shipped: Defaults, random: np.random.Generator) -> Run:
    truth, table = simulate(world, random)
    rates = estimate_rates(fit_satisfaction(table, shipped), table)
    thumbs = rates.thumbs.share.value if rates.thumbs else float("nan")
    corrected = rates.corrected or rates.implicit
    return Run(float(truth.mean()), thumbs, len(table.verdicts.conversations), rates.implicit, corrected)


def summarise(runs: Sequence[Run]) -> Figures:
    truth = np.array([each.truth for each in runs])
    implicit, corrected = ([getattr(each, name) for each in runs] for name in ("implicit", "corrected"))
    return Figures(
        runs=len(runs),
        verdicts=float(np.mean([each.verdicts for each in runs])),
        truth=float(truth.mean()),
        thumbs=float(np.mean([each.thumbs for each in runs])) if runs[0].verdicts else float("nan"),
        implicit_bias=_measure_bias(implicit, truth),
        implicit_error=_measure_error(implicit, truth),
        implicit_holds=_measure_holds(implicit, truth),
        corrected_bias=_measure_bias(corrected, truth),
        corrected_error=_measure_error(corrected, truth),
        corrected_holds=_measure_holds(corrected, truth),
        width=float(np.mean([each.high - each.low for each in corrected])),
    )


def _measure_bias(intervals: Sequence[Interval], truth: Array) -> float:
    return float(np.mean([each.value for each in intervals] - truth))


def _measure_error(intervals: Sequence[Interval], truth: Array) -> float:
    return float(np.mean(np.abs([each.value for each in intervals] - truth)))


def _measure_holds(intervals: Sequence[Interval], truth: Array) -> float:
    return float(np.mean([each.low <= at <= each.high for each, at in zip(intervals, truth, strict=True)]))


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well P(dissatisfied) ranks and how true it is, beside the majority vote of the signals that fired."""

    what: str
    conversations: int
    dissatisfied: float
    mean: float
    auroc: float
    majority: float
    error: float
    """Expected calibration error in ten bins of equal width."""
    error_of_five: float
    chance: float
    """The error in ten bins that probabilities without any fault would show with so many conversations."""


def measure_chats() -> list[Accuracy]:
    """The validation chats, all together and file by file, by each reader; none of their labels is used."""
    shipped, figures = load_defaults(), []
    for name, is_thorough in (("the quick reader", False), ("both readers", True)):
        told = load_told(validation=True, is_thorough=is_thorough)
        probabilities = estimate(shipped, told)
        figures.append(measure_accuracy(f"validation, {name}", told, probabilities))
        for file in sorted({each.file for each in told}):
            inside = np.array([each.file == file for each in told])
            part = [each for each in told if each.file == file]
            figures.append(measure_accuracy(f"{file}, {name}", part, probabilities[inside]))
    return figures


def measure_folds() -> Accuracy:
    """The other chats, each by what was learnt from other folds."""
    told = load_told(validation=False)
    folds = np.array([find_fold(each.facts.conversation_id, FOLDS) for each in told])
    probabilities = np.zeros(len(told))
    for fold in range(FOLDS):
        learnt = learn_defaults([each for each, of in zip(told, folds, strict=True) if of != fold])
        held = [each for each, of in zip(told, folds, strict=True) if of == fold]
        probabilities[folds == fold] = estimate(learnt, held)
    return measure_accuracy("training chats by other folds, the quick reader", told, probabilities)


def estimate(defaults: Defaults, told: Sequence[Told]) -> Array:
    """P(dissatisfied) of each, all as one project that has no labels."""
    table = tabulate([each.facts for each in told], [], defaults)
    return estimate_conversations(fit_satisfaction(table, defaults), table).probabilities


def measure_accuracy(what: str, told: Sequence[Told], probabilities: Array) -> Accuracy:
    truth = np.array([each.is_dissatisfied for each in told])
    random = np.random.default_rng(SEED)
    perfect = [random.random(len(truth)) < probabilities for _ in range(200)]
    return Accuracy(
        what=what,
        conversations=len(told),
        dissatisfied=float(truth.mean()),
        mean=float(probabilities.mean()),
        auroc=float(roc_auc_score(truth, probabilities)),
        majority=float(roc_auc_score(truth, [vote_by_majority(each) for each in told])),
        error=measure_calibration_error(list_bins(truth, probabilities)),
        error_of_five=measure_calibration_error(list_bins(truth, probabilities, 5)),
        chance=float(np.mean([measure_calibration_error(list_bins(each, probabilities)) for each in perfect])),
    )


def vote_by_majority(told: Told) -> int:
    """Kinds of signals that fired against the answers, less those for them."""
    return -sum({(each.kind, each.polarity): each.polarity for each in told.facts.observations if each.fired}.values())


def measure_speed(conversations: int = 100_000) -> str:
    """What the platform has to do with a large project: votes, fit and estimates."""
    facts = build_facts(conversations)
    defaults = load_defaults()
    verdicts = [Verdict(each.conversation_id, row % 80 == 0, turn_index=1) for row, each in enumerate(facts[::40])]
    started = time.process_time()
    table = tabulate(facts, verdicts, defaults)
    read = time.process_time()
    satisfaction = fit_satisfaction(table, defaults)
    estimate_rates(satisfaction, table)
    fitted = time.process_time()
    estimate_conversations(satisfaction, table)
    ended = time.process_time()
    return (
        f"{conversations:,} conversations, {sum(len(each.observations) for each in facts):,} signals, "
        f"{len(verdicts):,} thumbs: votes {read - started:.1f} s, model and rates {fitted - read:.1f} s, "
        f"estimates {ended - fitted:.1f} s of one core"
    )


def build_facts(count: int) -> list[Facts]:
    """Conversations with four signals each."""
    random = np.random.default_rng(SEED)
    kinds = (("complaint", -1), ("rephrase", -1), ("praise", 1), ("sentiment", -1), ("copy", 1), ("error", -1))
    drawn, scores = random.integers(len(kinds), size=(count, 4)), random.random((count, 4)) ** 3
    return [
        Facts(
            str(row),
            f"user {row % 5_000}",
            tuple(
                Observation(*kinds[at], score=score, fired=score > 0.7, turn_index=row % 4)
                for at, score in zip(drawn[row].tolist(), scores[row].tolist(), strict=True)
            ),
            turns=4,
            answer_characters=float(200 + row % 700),
        )
        for row in range(count)
    ]


def tell_accuracy(figures: Iterable[Accuracy]) -> str:
    head = (
        "| chats | conversations | dissatisfied | mean of P | AUROC | majority vote | calibration error, ten bins | "
        "five bins | ten bins, by chance |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    rows = [
        f"| {each.what} | {each.conversations:,} | {each.dissatisfied:.3f} | {each.mean:.3f} | {each.auroc:.3f} | "
        f"{each.majority:.3f} | {each.error:.3f} | {each.error_of_five:.3f} | {each.chance:.3f} |"
        for each in figures
    ]
    return "\n".join([head, *rows])


def tell_worlds(figures: Mapping[World, Figures]) -> str:
    head = (
        "| project | runs | verdicts | truth | thumbs only | implicit: off by | mean error | in interval | "
        "corrected: off by | mean error | in interval | width |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    return "\n".join([head, *(tell_world(world, each) for world, each in figures.items())])


def tell_world(world: World, figures: Figures) -> str:
    cells = [
        world.what,
        f"{figures.runs}",
        f"{figures.verdicts:,.0f}",
        f"{figures.truth:.1%}",
        f"{figures.thumbs:.1%}" if figures.verdicts else "none",
        f"{100 * figures.implicit_bias:+.1f}",
        f"{100 * figures.implicit_error:.1f}",
        f"{figures.implicit_holds:.0%}",
        f"{100 * figures.corrected_bias:+.1f}" if figures.verdicts else "none",
        f"{100 * figures.corrected_error:.1f}" if figures.verdicts else "none",
        f"{figures.corrected_holds:.0%}" if figures.verdicts else "none",
        f"{100 * figures.width:.1f}" if figures.verdicts else "none",
    ]
    return f"| {' | '.join(cells)} |"


def write_table(name: str, table: str) -> None:
    """Between its marks in the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN.format(name))
    _, _, after = rest.partition(END.format(name))
    DOCUMENT.write_text(f"{before}{BEGIN.format(name)}\n{table}\n{END.format(name)}{after}", encoding="utf-8")


def measure_worlds(runs: int, other_runs: int) -> dict[World, Figures]:
    """Of each world; the first two, which are goals, in more runs than the others. Tells each when it is done."""
    figures = {}
    for place, world in enumerate(WORLDS):
        figures[world] = summarise(run_world(world, runs if place < 2 else other_runs))
        print(tell_world(world, figures[world]), flush=True)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures estimates of satisfaction against known truth.")
    parser.add_argument("--runs", type=int, default=200, help="simulated projects of the first two worlds")
    parser.add_argument("--other-runs", type=int, default=20, help="of each of the others")
    parser.add_argument("--only", choices=("chats", "folds", "worlds", "speed"), help="one part alone")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {DOCUMENT.name}")
    options = parser.parse_args()
    tables = {}
    if options.only in (None, "chats"):
        tables["chats"] = tell_accuracy(measure_chats())
    if options.only in (None, "folds"):
        tables["folds"] = tell_accuracy([measure_folds()])
    if options.only in (None, "speed"):
        tables["speed"] = measure_speed()
    if options.only in (None, "worlds"):
        tables["worlds"] = tell_worlds(measure_worlds(options.runs, options.other_runs))
    for name, table in tables.items():
        print(table)
        if options.write:
            write_table(name, table)


if __name__ == "__main__":
    main()
