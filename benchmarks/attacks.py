"""How many attacks, harmful requests and abusive answers are found, how many harmless ones are taken for one, how fast.

    python benchmarks/attacks.py DATA

DATA is the directory of the labelled data. Every figure on texts that were learnt from is of a model that was not shown
them: `held out` leaves out a fifth of each group, `source left out` all texts of a source, `technique left out` all of
a technique. The rules for abusive answers were written with every other line of `abuse.txt` and `no_abuse.txt` in
view; the others are told apart. Times are of the CPU, one core.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from feedback.attacks import looks_harmful, read_attempt, read_document
from feedback.attacks.abuse import find_abuse
from feedback.attacks.lexicon import load_lexicon
from feedback.attacks.recogniser import HERE
from feedback.detectors.prompt_attack import DOCUMENT_THRESHOLD, THRESHOLD
from feedback.training.attacks import (
    PLAIN_BIPIA_ROWS,
    Learner,
    Sample,
    build_recogniser,
    fit_calibration,
    list_bank_questions,
    list_chat_messages,
    load_samples,
    read_rows,
    read_texts,
    score_held_out,
    score_text,
)

ABUSIVE = 0.5
HARMFUL = 0.5


class Bench:
    """What was learnt and held out, once for all tables."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.lexicon = load_lexicon(HERE / "attack_concepts.json")
        self.samples = load_samples(data, "attack")
        self.learner = Learner(self.lexicon)
        self.held_out = score_held_out(self.learner, self.lexicon, self.samples)
        self.calibration = fit_calibration(self.held_out)

    def tell_held_out(self) -> None:
        by_group = defaultdict(list)
        for each, score in zip(self.held_out, self.list_held_out_scores(), strict=True):
            by_group[f"{each.sample.source} {each.sample.group}".strip()].append(score)
        print_shares("held out, taken for an attack", by_group, THRESHOLD)
        messages = {
            "chats for validation": list_chat_messages(self.data, validation=True),
            "bank, not learnt": list_bank_questions(self.data, held_out=True),
        }
        for group, text in read_texts("unseen"):
            messages.setdefault(f"unseen, {group}", []).append(text)
        scores = {name: [read_attempt(text).score for text in texts] for name, texts in messages.items()}
        print_shares("not learnt from, taken for an attack", scores, THRESHOLD)

    def list_held_out_scores(self) -> list[float]:
        return [self.calibration.to_probability(each.logit) for each in self.held_out]

    def tell_injection_f1(self) -> None:
        by_text = {
            each.sample.text: score for each, score in zip(self.held_out, self.list_held_out_scores(), strict=True)
        }
        rows = read_rows(self.data / "injection.jsonl.gz")
        plain = {row["text"] for row in [row for row in rows if row["src"] == "bipia"][:PLAIN_BIPIA_ROWS]}
        for name, kept in (("all rows", rows), ("without plain requests", [r for r in rows if r["text"] not in plain])):
            found = [(row["label"], by_text.get(row["text"], 0.0) >= THRESHOLD) for row in kept]
            right = sum(label and fired for label, fired in found)
            f1 = 2 * right / (sum(label for label, _ in found) + sum(fired for _, fired in found))
            print(f"injection F1, held out, {name}: {f1:.3f}")

    def tell_left_out(self) -> None:
        for left in (("self-reminder",), ("bipia",), ("self-reminder", "bipia")):
            self._tell_left_out(f"source left out: {', '.join(left)}", [s for s in self.samples if s.source in left])
        for technique in sorted({sample.group for sample in self.samples if sample.source == "attacks"}):
            left_out = [s for s in self.samples if (s.source, s.group) == ("attacks", technique)]
            self._tell_left_out(f"technique left out: {technique}", left_out)

    def _tell_left_out(self, name: str, left_out: Sequence[Sample]) -> None:
        left = set(left_out)
        kept = [sample for sample in self.samples if sample not in left]
        calibration = fit_calibration([each for each in self.held_out if each.sample not in left])
        recogniser = build_recogniser(self.lexicon, calibration.apply(self.learner.fit(kept)))
        scores = [score_text(recogniser, sample.text) for sample in left_out]
        print(f"{name:45} {share(scores, THRESHOLD):.3f} of {len(scores)}")

    def tell_calibration(self) -> None:
        print("\nscore, held out: share of attacks (each written text counts thrice, as in learning)")
        cells: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for each, score in zip(self.held_out, self.list_held_out_scores(), strict=True):
            cells[min(int(score * 5), 4)].append((each.sample.label, each.sample.weight))
        for cell, found in sorted(cells.items()):
            weight = sum(weight for _, weight in found)
            attacks = sum(label * weight for label, weight in found) / weight
            print(f"{cell / 5:.1f} to {cell / 5 + 0.2:.1f}: {attacks:.2f} of {len(found)}")


def share(scores: Sequence[float], threshold: float) -> float:
    return sum(score >= threshold for score in scores) / len(scores)


def print_shares(title: str, scores: Mapping[str, Sequence[float]], threshold: float) -> None:
    print(f"\n{title} (from {threshold})")
    for name, found in sorted(scores.items()):
        print(f"{name:45} {share(found, threshold):.4f} of {len(found)}")


def tell_documents(data: Path) -> None:
    answers = list_chat_messages(data, validation=True, role="assistant")
    reviews = [row["text"] for row in read_rows(data / "sentiment_intensity_movieReviewSnippets.jsonl.gz")[:3_000]]
    pools = {"answers in chats for validation": answers, "film reviews": reviews}
    scores = {name: [read_document(text).score for text in texts] for name, texts in pools.items()}
    print_shares("documents taken for an attack", scores, DOCUMENT_THRESHOLD)


def tell_harm(data: Path) -> None:
    lexicon = load_lexicon(HERE / "harm_concepts.json")
    samples = load_samples(data, "harm")
    held_out = score_held_out(Learner(lexicon), lexicon, samples)
    calibration = fit_calibration(held_out)
    by_group = defaultdict(list)
    for each in held_out:
        by_group[f"{each.sample.source} {each.sample.group}".strip()].append(calibration.to_probability(each.logit))
    print_shares("held out, looks harmful", by_group, HARMFUL)
    validation = [looks_harmful(text) for text in list_chat_messages(data, validation=True)]
    print_shares("not learnt from, looks harmful", {"chats for validation": validation}, HARMFUL)


def tell_abuse(data: Path) -> None:
    pools: dict[str, list[tuple[str, str]]] = {}
    for name in ("abuse", "no_abuse"):
        exchanges = [(asked, told) for _, line in read_texts(name) for asked, told in [line.split(" => ", 1)]]
        pools[f"{name}, in view"] = exchanges[::2]
        pools[f"{name}, held out"] = exchanges[1::2]
    pools["chats"] = list(list_exchanges(data))
    pools["petrak"] = [(row["user"], row["target"] or "") for row in read_rows(data / "feedback_petrak.jsonl.gz")]
    scores = {
        name: [max((each.severity for each in find_abuse(answer, request)), default=0.0) for request, answer in pool]
        for name, pool in pools.items()
    }
    print_shares("answers taken for abusive", scores, ABUSIVE)


def list_exchanges(data: Path) -> Iterable[tuple[str, str]]:
    """What was asked and answered in all chats."""
    for path in sorted(data.glob("chats_*.jsonl.gz")):
        for row in read_rows(path):
            turns: list[dict[str, Any]] = row["turns"]
            for asked, answered in pairwise(turns):
                if (asked["role"], answered["role"]) == ("user", "assistant"):
                    yield asked["content"], answered["content"]


def tell_speed(data: Path) -> None:
    texts = list_chat_messages(data, validation=True)
    long = [text for text in texts if 150 <= len(text) <= 250]
    answers = list_chat_messages(data, validation=True, role="assistant")
    print("\nmicroseconds a text, CPU")
    print(f"attack, messages of chats (mean {mean_length(texts):.0f} characters): {measure(read_attempt, texts):.0f}")
    print(f"attack, messages of 150 to 250 (mean {mean_length(long):.0f}): {measure(read_attempt, long * 5):.0f}")
    print(f"abuse, answers of chats (mean {mean_length(answers):.0f}): {measure(find_abuse, answers):.0f}")


def measure(read: Callable[[str], object], texts: Sequence[str]) -> float:
    read(texts[0])
    start = time.process_time()
    for text in texts:
        read(text)
    return (time.process_time() - start) / len(texts) * 1e6


def mean_length(texts: Sequence[str]) -> float:
    return sum(map(len, texts)) / len(texts)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the recognisers of attacks, harm and abuse.")
    parser.add_argument("data", type=Path, help="the directory of the labelled data")
    data = parser.parse_args().data
    bench = Bench(data)
    bench.tell_held_out()
    bench.tell_injection_f1()
    bench.tell_left_out()
    bench.tell_calibration()
    tell_documents(data)
    tell_harm(data)
    tell_abuse(data)
    tell_speed(data)


if __name__ == "__main__":
    main()
