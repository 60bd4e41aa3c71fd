"""Whether the examples of an alarm of drift are of what was planted, on real texts in made-up windows.

`python -m benchmarks.drift_examples --texts benign_banking77_train.jsonl.gz` (lines with `text` and `label`): bank
customers of 40 intents before, and since then a share of them with an intent that was rare; or refusals and lengths of
answers that moved. It prints how many of the ten conversations that are told are of what was planted.
"""

import argparse
import gzip
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from drift.explaining.telling import Block, compare, make_number_block, make_vector_block
from drift.explaining.words import find_telling_words
from feedback.embedding import load_encoder

SEEDS = range(100, 120)
"""Weights were chosen on others."""
COMMON_INTENTS = 40
RARE_BEFORE = 0.002
WORDS_READ = 500

Numbers = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    texts: Sequence[str]
    labels: npt.NDArray[np.str_]
    vectors: Singles

    def draw(self, draw: np.random.Generator, intents: Sequence[str], count: int) -> Numbers:
        return draw.choice(np.flatnonzero(np.isin(self.labels, intents)), count)


def load_texts(path: Path) -> Texts:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = [row["text"] for row in rows]
    return Texts(texts, np.array([row["label"] for row in rows]), load_encoder().embed(texts))


@dataclass(frozen=True, slots=True)
class Result:
    planted: int
    """Of the examples since."""
    auc: float
    words: Sequence[str]


def plant_topic(known: Texts, seed: int, counts: tuple[int, int], share: float) -> Result:
    """A share of the messages since are of an intent that was rare."""
    draw = np.random.default_rng(seed)
    rare, *others = draw.permutation(np.unique(known.labels))
    windows = [known.draw(draw, others[:COMMON_INTENTS], count) for count in counts]
    for window, often in zip(windows, (RARE_BEFORE, share), strict=True):
        changed = draw.random(len(window)) < often
        window[changed] = known.draw(draw, [rare], int(changed.sum()))
    vectors = known.vectors[np.concatenate(windows)]
    found = compare([make_vector_block("question_distance", vectors)], counts, vectors)
    planted = sum(str(known.labels[windows[1][each.row]]) == rare for each in found.after)
    texts = [[known.texts[place] for place in window[:WORDS_READ]] for window in windows]
    words = [word.text for word in find_telling_words(*texts)[1]]
    return Result(planted, found.auc or 0.0, [str(rare), *words])


def plant_model(known: Texts, seed: int, counts: tuple[int, int], share: float) -> Result:
    """Refusals go from 2 % to a share, and other answers are 0.2 standard deviations longer."""
    draw = np.random.default_rng(seed)
    is_since = np.repeat([False, True], counts)
    refused = draw.random(len(is_since)) < np.where(is_since, share, 0.02)
    lengths = draw.normal(5, 0.8, len(is_since)) + np.where(is_since, 0.16, 0.0) - refused
    vectors = known.vectors[draw.integers(0, len(known.texts), len(is_since))]
    blocks: list[Block] = [
        make_number_block("refusals", refused.astype(np.float32)),
        make_number_block("output_length", lengths.astype(np.float32)),
    ]
    found = compare(blocks, counts, vectors)
    return Result(sum(bool(refused[counts[0] + each.row]) for each in found.after), found.auc or 0.0, [])


WORLDS: Sequence[tuple[str, Callable[..., Result], tuple[int, int], float]] = (
    ("10 % of messages to a rare intent, two weeks", plant_topic, (2000, 2000), 0.10),
    ("10 % of messages to a rare intent, two days", plant_topic, (2000, 600), 0.10),
    ("5 % of messages to a rare intent, two weeks", plant_topic, (2000, 2000), 0.05),
    ("refusals from 2 to 4 %, answers longer, three days", plant_model, (2000, 1500), 0.04),
    ("refusals from 2 to 4 %, answers longer, two weeks", plant_model, (2000, 2000), 0.04),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--texts", type=Path, required=True)
    known = load_texts(parser.parse_args().texts)
    print("| planted | of ten examples, mean | least | at least 8 | at least 5 | told apart (AUC) | seconds each |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    told: list[Sequence[str]] = []
    for name, plant, counts, share in WORLDS:
        start = time.perf_counter()
        results = [plant(known, seed, counts, share) for seed in SEEDS]
        took = (time.perf_counter() - start) / len(results)
        planted = np.array([result.planted for result in results])
        auc = float(np.mean([result.auc for result in results]))
        many, half = int((planted >= 8).sum()), int((planted >= 5).sum())
        cells = (name, f"{planted.mean():.1f}", planted.min(), f"{many} of {len(planted)}", f"{half} of {len(planted)}")
        print("| " + " | ".join(map(str, (*cells, f"{auc:.3f}", f"{took:.2f}"))) + " |")
        told += [result.words for result in results[:3] if result.words]
    for intent, *words in told:
        print(f"{intent}: {', '.join(words) or 'no word is sure'}")


if __name__ == "__main__":
    main()
