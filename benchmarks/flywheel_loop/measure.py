"""Does a model that learns from our export judge better for people it never met than one that learns from thumbs?

    python -m benchmarks.flywheel_loop.measure --write                     seeds 1 to 5, a linear head on MiniLM
    python -m benchmarks.flywheel_loop.measure --model finetuned --write   the same, MiniLM finetuned

Seeds come in, tables go out; with `--write` into `results.json`, in the place of the same seeds, and
`docs/flywheel.md`. Everything is drawn by the seed. To finetune, torch is installed once, into an environment of its
own under ~/.cache/tacit-peers.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.flywheel_loop.document import DOCUMENT, write_document, write_tables
from benchmarks.flywheel_loop.exam import Exam, Marks, draw_again, mark
from benchmarks.flywheel_loop.finetuning import finetune
from benchmarks.flywheel_loop.judge import Reader, teach
from benchmarks.flywheel_loop.season import CONVERSATIONS, EXPORT, RANDOM, THUMB, Season, live

RESULTS: Final = Path(__file__).parent / "results.json"
SEEDS: Final = (1, 2, 3, 4, 5)
FEW: Final = "export as few"
FINETUNED: Final = (EXPORT, THUMB, RANDOM, FEW, "truth")
AGAINST: Final = (
    (EXPORT, THUMB),
    (EXPORT, RANDOM),
    (FEW, THUMB),
    ("words", THUMB),
    ("thumbs and words", THUMB),
    ("pairs", RANDOM),
    ("weighed", THUMB),
)
"""Which arm is held against which."""
Scores = Mapping[str, Any]
"""By arm, of the answers of the exam."""


def main() -> None:
    options = read_options()
    found: dict[str, Any] = {}
    for seed in options.seeds:
        told = measure_seed(seed, options)
        found = load_results() if options.write else found  # another process may have written other seeds meanwhile
        found[str(seed)] = join(found.get(str(seed)), told)
        if options.write:
            RESULTS.write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n", encoding="utf-8")
    print(write_tables(found))
    if options.write:
        DOCUMENT.write_text(write_document(DOCUMENT.read_text(encoding="utf-8"), found), encoding="utf-8")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS, help="of each seed's traffic")
    parser.add_argument("--model", choices=("linear", "finetuned"), default="linear", help="what learns")
    parser.add_argument("--write", action="store_true", help="write results.json and the tables of docs/flywheel.md")
    return parser.parse_args()


def load_results() -> dict[str, Any]:
    """By seed."""
    return dict(json.loads(RESULTS.read_text(encoding="utf-8"))) if RESULTS.exists() else {}


def join(before: dict[str, Any] | None, told: dict[str, Any]) -> dict[str, Any]:
    """The other model's figures stay, where they are of the same rows."""
    if before is None or any(before["rows"].get(arm, rows) != rows for arm, rows in told["rows"].items()):
        return told
    return {**told, "models": {**before["models"], **told["models"]}}


def measure_seed(seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """With a reader of its own: a vector depends a little on the texts that are read beside its own."""
    season, reader = live(seed, options.conversations), Reader()
    if options.model == "linear":
        scores: Scores = judge_all(season, reader)
    else:
        arms = {arm: season.arms[arm] for arm in FINETUNED}
        scores = finetune(arms, list_exam(season.exam), reader, seed)
    return {
        "average": season.average,
        "answers": season.answers,
        "dissatisfied": season.dissatisfied,
        "rows": {arm: len(lessons) for arm, lessons in season.arms.items()},
        "right": season.right,
        "heard": {kind: asdict(heard) for kind, heard in season.heard.items()},
        "ceiling": mark(season.exam, season.exam.average).measure_accuracy(),
        "models": {options.model: compare(season, scores)},
    }


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
