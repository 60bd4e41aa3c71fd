"""Learns the weights of `feedback.attacks`: labelled texts come in, `attack_weights.json` and `harm_weights.json` go
out.

    python -m feedback.training.attacks DATA [--write]

DATA holds `injection.jsonl.gz` (BIPIA, MIT; Self-Reminder's jailbreak prompts, MIT; XSTest, CC BY 4.0),
`benign_banking77_train.jsonl.gz` (PolyAI, CC BY 4.0) and `chats_*.jsonl.gz` (written for Tacit, CC0). The rest stands
beside this module in `attack_texts/` (written for Tacit, CC0; `passages.jsonl.gz` holds passages of Tacit's own code
and documentation, Apache-2.0, as they were when it was made: what tools return is often code). Prints what held-out
texts score; `--write` writes the weights.

Three files of chats are never learnt from, they tell how often what people write to assistants is taken for an
attack. The first rows of BIPIA are left out of learning: plain requests ("What is the capital of …?") which are an
attack only where they stand in a document, and nothing that reads them alone can tell.
"""

import argparse
import gzip
import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from feedback.attacks.disguises import reveal_hidden
from feedback.attacks.lexicon import Lexicon, load_lexicon, read_tokens
from feedback.attacks.recogniser import FEWEST_WORDS, HERE, Recogniser, cut_pieces, list_concepts, to_probability

TEXTS = Path(__file__).parent / "attack_texts"
VALIDATION_CHATS = ("chats_hard", "chats_r2_subtle", "chats_r2_lang")
PLAIN_BIPIA_ROWS = 25
BANK_ROWS = 3_000
"""Of the 10,003, taken evenly; the others are held out."""

WORD_SCALE = 3.0
CONCEPT_SCALE = 0.4
INVERSE_PENALTY = 3.0
FEWEST_TEXTS = 2
"""A word that stands in fewer texts is not learnt."""
SMALLEST_WEIGHT = 0.05
FOLDS = 5
PASSAGE_WEIGHT = 0.3
WRITTEN_WEIGHT = 3.0
"""How much more a written example counts than a chat message or a bank customer's question."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, whether it is of the kind that is learnt, and where it comes from."""

    text: str
    label: int
    source: str
    group: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Weights:
    """What a linear model has learnt; see `Recogniser`."""

    bias: float
    words: dict[str, float]
    concepts: dict[str, float]


def read_texts(name: str) -> list[tuple[str, str]]:
    """Pairs of heading and text of one of the files beside this module."""
    pairs, heading = [], ""
    for line in (TEXTS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line and heading:
            pairs.append((heading, line.replace("\\n", "\n")))
    return pairs


def read_rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def list_chat_messages(data: Path, *, validation: bool, role: str = "user") -> list[str]:
    """What users (or assistants) wrote in the chats that are (not) for validation."""
    return [
        turn["content"]
        for path in sorted(data.glob("chats_*.jsonl.gz"))
        if path.name.startswith(VALIDATION_CHATS) == validation
        for row in read_rows(path)
        for turn in row["turns"]
        if turn["role"] == role
    ]


def list_bank_questions(data: Path, *, held_out: bool) -> list[str]:
    texts = [row["text"] for row in read_rows(data / "benign_banking77_train.jsonl.gz")]
    step = len(texts) // BANK_ROWS
    return [text for number, text in enumerate(texts) if (number % step != 0 or number >= step * BANK_ROWS) == held_out]


def load_samples(data: Path, kind: str) -> list[Sample]:
    """Everything that the recogniser `attack` or `harm` learns from."""
    positive, negative = {"attack": ("attacks", "harmful"), "harm": ("harmful", "attacks")}[kind]
    samples = [Sample(text, 1, positive, group, WRITTEN_WEIGHT) for group, text in read_texts(positive)]
    samples += [Sample(text, 0, "harmless", group, WRITTEN_WEIGHT) for group, text in read_texts("harmless")]
    if kind == "attack":
        samples += [Sample(text, 0, negative, group) for group, text in read_texts(negative)]
    samples += [Sample(text, 0, "chats") for text in list_chat_messages(data, validation=False)]
    if kind == "attack":  # the answers stand in for documents
        answers = list_chat_messages(data, validation=False, role="assistant")
        samples += [Sample(text, 0, "answers") for text in answers]
        passages = [row["text"] for row in read_rows(TEXTS / "passages.jsonl.gz")]
        samples += [Sample(text, 0, "passages", weight=PASSAGE_WEIGHT) for text in passages]
    samples += [Sample(text, 0, "bank") for text in list_bank_questions(data, held_out=False)]
    return samples + list_injection_samples(data, kind)


def list_injection_samples(data: Path, kind: str) -> list[Sample]:
    rows = read_rows(data / "injection.jsonl.gz")
    attacks = {"bipia", "self-reminder"} if kind == "attack" else {"xstest-unsafe"}
    used = {*attacks, "xstest-safe", "xstest-unsafe"}
    plain = [row["text"] for row in rows if row["src"] == "bipia"][:PLAIN_BIPIA_ROWS]
    return [
        Sample(row["text"], int(row["src"] in attacks), row["src"], weight=WRITTEN_WEIGHT)
        for row in rows
        if row["src"] in used and row["text"] not in plain
    ]


def read_features(lexicon: Lexicon, text: str) -> dict[str, float]:
    """What a text holds and how much of it: words and pairs of words, and concepts, whose names begin with a sign."""
    tokens = read_tokens(text)
    used = {*tokens.words, *tokens.pairs}
    share = WORD_SCALE / math.sqrt(max(len(used), FEWEST_WORDS))
    concepts = list_concepts(tokens, lexicon.find(tokens))
    return dict.fromkeys(used, share) | dict.fromkeys(concepts, CONCEPT_SCALE)


def list_pieces(samples: Iterable[Sample]) -> list[Sample]:
    """What the model is shown: a harmless text piece by piece; of an attack its first piece, and what it hides."""
    pieces = []
    for sample in samples:
        texts = cut_pieces(sample.text)
        if sample.label:
            texts = [texts[0], *reveal_hidden(sample.text)]
        pieces += [Sample(text, sample.label, sample.source, sample.group, sample.weight) for text in texts]
    return pieces


class Learner:
    """Fits weights to samples; a text's features are read once, however often it is learnt from."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._features: dict[str, dict[str, float]] = {}

    def fit(self, samples: Sequence[Sample]) -> Weights:
        pieces = list_pieces(samples)
        known = self._find_common(pieces)
        vectorizer = DictVectorizer()
        rows = [{name: value for name, value in self._read(piece).items() if name in known} for piece in pieces]
        matrix = vectorizer.fit_transform(rows)
        matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")  # for liblinear
        model = LogisticRegression(C=INVERSE_PENALTY, solver="liblinear", max_iter=300, random_state=0)
        model.fit(matrix, [piece.label for piece in pieces], sample_weight=[piece.weight for piece in pieces])
        learnt = zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True)
        return _sort_weights(float(model.intercept_[0]), learnt)

    def _read(self, piece: Sample) -> dict[str, float]:
        if piece.text not in self._features:
            self._features[piece.text] = read_features(self._lexicon, piece.text)
        return self._features[piece.text]

    def _find_common(self, pieces: Iterable[Sample]) -> set[str]:
        counts = Counter(name for piece in pieces for name in self._read(piece))
        return {name for name, count in counts.items() if count >= FEWEST_TEXTS}


def _sort_weights(bias: float, learnt: Iterable[tuple[str, float]]) -> Weights:
    words: dict[str, float] = {}
    concepts: dict[str, float] = {}
    for name, weight in learnt:
        if abs(weight) >= SMALLEST_WEIGHT:
            scale, table = (CONCEPT_SCALE, concepts) if name[0] in "@#^" else (WORD_SCALE, words)
            table[name] = round(float(weight) * scale, 3)
    return Weights(bias, words, concepts)


def build_recogniser(lexicon: Lexicon, weights: Weights) -> Recogniser:
    return Recogniser(lexicon, weights.bias, weights.words, weights.concepts)


def score_text(recogniser: Recogniser, text: str) -> float:
    """The score with what the text hides."""
    return max(map(recogniser.score, [text, *reveal_hidden(text)]))


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A sample and its score, as the log of its odds, from a model that was not shown it."""

    sample: Sample
    logit: float


def score_held_out(learner: Learner, lexicon: Lexicon, samples: Sequence[Sample]) -> list[HeldOut]:
    """Score each sample by a model learnt from the other `FOLDS - 1` parts; those of a kind lie in all parts."""
    ordered = sorted(samples, key=lambda sample: (sample.source, sample.group))
    held_out = []
    for fold in range(FOLDS):
        learnt = [sample for number, sample in enumerate(ordered) if number % FOLDS != fold]
        recogniser = build_recogniser(lexicon, learner.fit(learnt))
        left = ordered[fold::FOLDS]
        held_out += [HeldOut(sample, to_logit(score_text(recogniser, sample.text))) for sample in left]
    return held_out


def to_logit(score: float) -> float:
    return math.log(score / (1 - score))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Stretches and moves scores so that they are probabilities on held-out samples (Platt scaling)."""

    slope: float
    shift: float

    def to_probability(self, logit: float) -> float:
        return to_probability(logit * self.slope + self.shift)

    def apply(self, weights: Weights) -> Weights:
        """The weights that give calibrated scores."""
        words = {name: round(weight * self.slope, 3) for name, weight in weights.words.items()}
        concepts = {name: round(weight * self.slope, 3) for name, weight in weights.concepts.items()}
        return Weights(round(weights.bias * self.slope + self.shift, 3), words, concepts)


def fit_calibration(held_out: Sequence[HeldOut]) -> Calibration:
    model = LogisticRegression(C=1e6, solver="lbfgs")
    labels = [each.sample.label for each in held_out]
    model.fit([[each.logit] for each in held_out], labels, sample_weight=[each.sample.weight for each in held_out])
    return Calibration(float(model.coef_[0][0]), float(model.intercept_[0]))


def learn(data: Path, kind: str) -> tuple[Weights, list[HeldOut]]:
    """The calibrated weights of the recogniser `attack` or `harm`, and the held-out scores they were calibrated on."""
    lexicon = load_lexicon(HERE / f"{kind}_concepts.json")
    samples, learner = load_samples(data, kind), Learner(lexicon)
    held_out = score_held_out(learner, lexicon, samples)
    return fit_calibration(held_out).apply(learner.fit(samples)), held_out


def write_weights(kind: str, weights: Weights) -> None:
    content = {"bias": weights.bias, "words": weights.words, "concepts": weights.concepts}
    text = json.dumps(content, ensure_ascii=False, indent=0, sort_keys=True)
    (HERE / f"{kind}_weights.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns the weights of feedback.attacks.")
    parser.add_argument("data", type=Path, help="the directory of the labelled data")
    parser.add_argument("--write", action="store_true", help="write the weights into feedback/attacks/")
    options = parser.parse_args()
    for kind in ("attack", "harm"):
        weights, held_out = learn(options.data, kind)
        found = [each for each in held_out if each.sample.label]
        recall = sum(each.logit > 0 for each in found) / len(found)
        false = sum(each.logit > 0 for each in held_out if not each.sample.label) / (len(held_out) - len(found))
        print(f"{kind}: {len(weights.words)} words, {len(weights.concepts)} concepts; held out, before calibration: ")
        print(f"  {recall:.3f} of {len(found)} found, {false:.4f} of {len(held_out) - len(found)} others taken for one")
        if options.write:
            write_weights(kind, weights)


if __name__ == "__main__":
    main()
