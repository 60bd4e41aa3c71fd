"""A directory with a Hugging Face sequence classifier comes in, a reader by it goes out: the door to torch.

It is told by `TACIT_TRANSFORMER` and takes the place of the shipped transformer. Its labels (`id2label` in its
`config.json`) say what it knows: any of `KINDS`, `TONES` and `feedback`; what it does not know stays as the quick
reader has it. It gets the message as the first text, the request and the answer before it as the second.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from feedback.reactions.reaction import KINDS, TONES, Exchange, Reading
from feedback.reactions.transformer import FEEDBACK, silence_transformers

BATCH = 16
MOST_TOKENS = 256

Logits = Sequence[Sequence[float]]
Score = Callable[[Sequence[tuple[str, str]]], Logits]
"""Pairs of texts in, a row of logits for each out."""


class ClassifierError(Exception):
    """`TACIT_TRANSFORMER` names no classifier that can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """A classifier by its labels, in the order of its logits."""

    labels: Sequence[str]
    score: Score

    def read(self, exchanges: Sequence[Exchange], quick: Sequence[Reading]) -> list[Reading]:
        """The quick readings, with what the classifier knows put in their place."""
        pairs = [(each.message, f"{each.request}\n\n{each.answer}") for each in exchanges]
        rows = [row for start in range(0, len(pairs), BATCH) for row in self.score(pairs[start : start + BATCH])]
        told = [dict(zip(self.labels, row, strict=True)) for row in rows]
        return [revise_reading(reading, logits) for reading, logits in zip(quick, told, strict=True)]


def revise_reading(reading: Reading, logits: Mapping[str, float]) -> Reading:
    """Kinds and feedback each stand alone; of the tones one holds."""
    kinds = {kind: _sigmoid(logits[kind]) if kind in logits else reading.kinds[kind] for kind in KINDS}
    known = max((kinds[kind] for kind in KINDS if kind in logits), default=reading.feedback)
    return replace(
        reading,
        feedback=_sigmoid(logits[FEEDBACK]) if FEEDBACK in logits else known,
        kinds=kinds,
        tones=_share({tone: logits[tone] for tone in TONES}) if set(TONES) <= logits.keys() else reading.tones,
        tier="transformer",
    )


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def _share(logits: Mapping[str, float]) -> dict[str, float]:
    highest = max(logits.values())
    powers = {name: math.exp(logit - highest) for name, logit in logits.items()}
    return {name: power / sum(powers.values()) for name, power in powers.items()}


@cache
def load_classifier(directory: Path) -> Classifier:
    """The classifier of a directory, once in a process. Raises `ClassifierError` where it cannot be used."""
    return Classifier(read_labels(directory), _load_score(directory))


def read_labels(directory: Path) -> tuple[str, ...]:
    """What the directory's `config.json` calls the logits, in lower case."""
    path = directory / "config.json"
    try:
        told: Mapping[str, str] = json.loads(path.read_text(encoding="utf-8"))["id2label"]
        labels = tuple(label.lower() for _, label in sorted(told.items(), key=lambda each: int(each[0])))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ClassifierError(
            f"TACIT_TRANSFORMER: {path} names no labels ({error!r}); expected the directory of a sequence classifier "
            "of Hugging Face with `id2label`. Name one, or leave the setting empty for the shipped model"
        ) from error
    known = [*KINDS, FEEDBACK]
    if not set(labels).intersection(known) and not set(TONES) <= set(labels):
        raise ClassifierError(
            f"TACIT_TRANSFORMER: the labels of {directory} are {', '.join(labels)}; expected some of "
            f"{', '.join(known)}, or all of {', '.join(TONES)}. Name them so in `id2label` of its config.json"
        )
    return labels


def _load_score(directory: Path) -> Score:
    silence_transformers()
    try:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError as error:
        raise ClassifierError(
            "TACIT_TRANSFORMER is run by torch, which is not installed; install it beside Tacit (`pip install torch`), "
            "or leave the setting empty for the shipped model"
        ) from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(directory, local_files_only=True)
        model = AutoModelForSequenceClassification.from_pretrained(directory, local_files_only=True).eval()
    except (OSError, ValueError) as error:
        raise ClassifierError(
            f"TACIT_TRANSFORMER: {directory} cannot be loaded ({error}); expected what `save_pretrained` of a sequence "
            "classifier and of its tokenizer write"
        ) from error

    def score(pairs: Sequence[tuple[str, str]]) -> Logits:
        said, before = zip(*pairs, strict=True)
        options = {"padding": True, "truncation": True, "max_length": MOST_TOKENS, "return_tensors": "pt"}
        with torch.inference_mode():
            logits: Logits = model(**tokenizer(list(said), list(before), **options)).logits.tolist()
        return logits

    return score
