"""Does a model that learns from our export judge better for people it never met than one that learns from thumbs?

    python -m benchmarks.flywheel_loop.measure --write              seeds 1 to 5, the linear judge: a few minutes
    python -m benchmarks.flywheel_loop.measure --finetune --write   MiniLM finetuned as well: half an hour

Seeds come in, tables go out; with `--write` into `results.json`, where they take the place of the same seeds, and
`docs/flywheel.md`. Everything is drawn by the seed. To finetune, torch is installed once, into an environment of its
own under ~/.cache/tacit-peers.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.flywheel_loop.document import DOCUMENT, write_document, write_tables
from benchmarks.flywheel_loop.exam import Exam, Marks, draw_again, mark
from benchmarks.flywheel_loop.finetuning import finetune
from benchmarks.flywheel_loop.judge import Reader, teach
from benchmarks.flywheel_loop.season import CONVERSATIONS, EXPORT, RANDOM, THUMB, Season, live
from benchmarks.flywheel_loop.traffic import HABITS, Habits

RESULTS: Final = Path(__file__).parent / "results.json"
SEEDS: Final = (1, 2, 3, 4, 5)
FEW: Final = "export as few"
FINETUNED: Final = (EXPORT, THUMB, RANDOM, FEW)
AGAINST: Final = (
    (EXPORT, THUMB),
    (EXPORT, RANDOM),
    (FEW, THUMB),
    ("words", THUMB),
    ("pairs", RANDOM),
    ("weighed", THUMB),
)
"""Which arm is held against which."""
THUMBS_TIMES: Final = (0.5, 2.0, 4.0)
"""How many times as often people press thumbs in the further worlds."""

Scores = Mapping[str, Any]
"""By arm, of the answers of the exam."""


def main() -> None:
    options = read_options()
    reader = Reader()
    found: dict[str, Any] = {"seeds": {}, "worlds": {}}
    for seed in options.seeds:
        told = measure_seed(seed, reader, options)
        worlds = {str(seed): measure_worlds(seed, reader, options.conversations)} if options.worlds else {}
        found = load_results() if options.write else found  # another process may have written other seeds meanwhile
        found["seeds"][str(seed)] = told
        found["worlds"] |= worlds
        if options.write:
            RESULTS.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(write_tables(found))
    if options.write:
        DOCUMENT.write_text(write_document(DOCUMENT.read_text(encoding="utf-8"), found), encoding="utf-8")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS, help="of each seed's traffic")
    parser.add_argument("--finetune", action="store_true", help="finetune MiniLM, too; installs torch once")
    parser.add_argument("--worlds", action="store_true", help="worlds with fewer and more thumbs, too")
    parser.add_argument("--write", action="store_true", help="write results.json and the tables of docs/flywheel.md")
    return parser.parse_args()


def load_results() -> dict[str, Any]:
    return dict(json.loads(RESULTS.read_text(encoding="utf-8"))) if RESULTS.exists() else {"seeds": {}, "worlds": {}}


def measure_seed(seed: int, reader: Reader, options: argparse.Namespace) -> dict[str, Any]:
    season = live(seed, options.conversations)
    models = {"linear": judge_all(season, reader)}
    if options.finetune:
        models["finetuned"] = finetune(
            {arm: season.arms[arm] for arm in FINETUNED}, list_exam(season.exam), reader, seed
        )
    return {
        "average": season.average,
        "answers": season.answers,
        "dissatisfied": season.dissatisfied,
        "rows": {arm: len(lessons) for arm, lessons in season.arms.items()},
        "right": season.right,
        "heard": {kind: asdict(heard) for kind, heard in season.heard.items()},
        "ceiling": mark(season.exam, season.exam.average).measure_accuracy(),
        "models": {name: compare(season, scores) for name, scores in models.items()},
    }


def measure_worlds(seed: int, reader: Reader, conversations: int) -> dict[str, Any]:
    """The linear judge where people press more or fewer thumbs."""
    found = {}
    for times in THUMBS_TIMES:
        season = live(seed, conversations, more_thumbs(HABITS, times))
        arms = {arm: season.arms[arm] for arm in (EXPORT, THUMB)}
        marks = {
            arm: mark_arm(season.exam, scores) for arm, scores in judge_all(replace(season, arms=arms), reader).items()
        }
        accuracy = {arm: each.measure_accuracy() for arm, each in marks.items()}
        found[f"{times:g}"] = {"rows": {arm: len(each) for arm, each in arms.items()}, "accuracy": accuracy}
    return found


def more_thumbs(habits: Habits, times: float) -> Habits:
    content, displeased = habits.gives_thumb
    return replace(habits, gives_thumb=(content * times, displeased * times))


def list_exam(exam: Exam) -> list[tuple[str, str]]:
    return [(each.task.request, each.text) for held in exam.candidates for each in held]


def judge_all(season: Season, reader: Reader) -> dict[str, Any]:
    requests, answers = zip(*list_exam(season.exam), strict=True)
    return {arm: teach(lessons, reader).score(requests, answers) for arm, lessons in season.arms.items()}


def mark_arm(exam: Exam, scores: Any) -> Marks:
    return mark(exam, np.reshape(np.array(scores, float), exam.average.shape))


def compare(season: Season, scores: Scores) -> dict[str, Any]:
    """Figures of each arm, and of arms against each other, with 95 % intervals over people and requests."""
    marks = {arm: mark_arm(season.exam, told) for arm, told in scores.items()}
    draws = draw_again(season.exam, season.seed)
    accuracy = {arm: each.measure_accuracy() for arm, each in marks.items()}
    again = {arm: np.array([each.weigh(*draw).measure_accuracy() for draw in draws]) for arm, each in marks.items()}
    against = [(one, other) for one, other in AGAINST if one in marks and other in marks]
    return {
        "arms": {arm: {**tell(accuracy[arm], again[arm]), "gain": marks[arm].measure_gain()} for arm in marks},
        "against": {
            f"{one} - {other}": tell(accuracy[one] - accuracy[other], again[one] - again[other])
            for one, other in against
        },
    }


def tell(value: float, again: Any) -> dict[str, float]:
    low, high = np.quantile(again, (0.025, 0.975))
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


if __name__ == "__main__":
    main()
