"""Exchanges come in, readings go out, thousands a second: the quick reader, a linear model over words and relations.

Its features are those of `feedback.reactions.features`; its weights, one row of eight bits for each feature, were
learnt by `feedback.training.reactions` from labelled chats.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from feedback.reactions.features import LONGEST_RUN, Features, Words, list_groups, read_features, read_words
from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS, TONES, Exchange, Reading

WEIGHTS = Path(__file__).parent / "static_weights.npz"
FEEDBACK = "feedback"
OUTPUTS = (FEEDBACK, *KINDS, *TONES, *COMPLAINT_KINDS)
"""What the model gives a logit for, in this order; tones and kinds of complaint have names of their own."""
BLOCKS = ("runs", "groups", "answer", "reply", "marks")
"""Kinds of features. All but the last are divided by the length of the vector of their rarities."""
_KINDS = slice(1, 1 + len(KINDS))
_TONES = slice(_KINDS.stop, _KINDS.stop + len(TONES))
_COMPLAINTS = slice(_TONES.stop, None)
BATCH = 512
MOST_WORDS_KEPT = 20_000
MESSAGES_REMEMBERED = 256
TINIEST = 1e-9
LEAST_SHARE = 0.35
"""Of what the strongest word weighs, to be shown beside it."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by feature. `weights` has a row for each feature and a column for each of `OUTPUTS`."""

    rows: Mapping[str, Mapping[str, int]]
    """By block, the row of each feature."""
    weights: Floats
    rarities: Floats
    """By row: how rare the feature is, squared."""
    measures: Floats
    """A row for each of `MEASURES`."""
    bias: Floats
    words: dict[str, list[int]] = field(default_factory=dict)
    """The rows of the groups of letters of words that were read: most words come again."""

    def weigh(self, features: Sequence[Features]) -> Floats:
        """Logits, a row for each, a column for each of `OUTPUTS`."""
        logits = self.bias + np.array([each.measures for each in features], np.float32) @ self.measures
        for block in BLOCKS:
            logits += self._weigh_block(block, features)
        return logits

    def _weigh_block(self, block: str, features: Sequence[Features]) -> Floats:
        rows = [list(self._find_rows(block, each)) for each in features]
        lengths = np.array([len(each) for each in rows])
        flat = np.fromiter(chain.from_iterable(rows), np.int32, lengths.sum())
        sums = _sum_parts(self.weights[flat], lengths)
        if block != "marks":
            sums /= np.sqrt(np.maximum(_sum_parts(self.rarities[flat], lengths), 1e-6))[:, None]
        return sums

    def _find_rows(self, block: str, features: Features) -> Iterable[int]:
        """The rows of what is known of one block; groups of letters once for each word that holds them."""
        if block == "groups":
            return chain.from_iterable(map(self._find_group_rows, features.words))
        rows: Iterable[int | None] = map(self.rows[block].get, getattr(features, block))
        return [row for row in rows if row is not None]

    def _find_group_rows(self, word: str) -> list[int]:
        found = self.words.get(word)
        if found is None:
            rows = self.rows["groups"]
            found = [rows[group] for group in list_groups(word) if group in rows]
            if len(self.words) < MOST_WORDS_KEPT:
                self.words[word] = found
        return found

    def weigh_words(self, words: Words) -> Floats:
        """What each word speaks for: the runs, concepts and groups of letters that it is part of. A row for each word,
        a column for each of `OUTPUTS`."""
        texts = [token.text for token in words.tokens]
        weights = self._weigh_parts("groups", [list_groups(text) for text in texts])
        sizes = range(1, min(LONGEST_RUN, len(texts)) + 1)
        runs = [[(" ".join(texts[at : at + size]),) for at in range(len(texts) - size + 1)] for size in sizes]
        of_runs = self._weigh_parts("runs", [names for of_size in runs for names in of_size])
        for size, of_size in zip(sizes, runs, strict=True):
            for shift in range(size):
                weights[shift : shift + len(of_size)] += of_runs[: len(of_size)] / size
            of_runs = of_runs[len(of_size) :]
        for concept, start, end in words.occurrences:
            marks = [self.rows["marks"].get(name) for name in (f"@{concept}", f"^{concept}")]
            rows = [row for row in marks if row is not None]
            inside = [at for at, token in enumerate(words.tokens) if token.start < end and start < token.end]
            weights[inside] += self.weights[rows].sum(axis=0)
        return weights

    def _weigh_parts(self, block: str, parts: Sequence[Iterable[str]]) -> Floats:
        """What each part of a block adds to the logits of the outputs, a row each."""
        known = [[self.rows[block][name] for name in names if name in self.rows[block]] for names in parts]
        lengths = np.array([len(rows) for rows in known], np.int64)
        flat = np.fromiter(chain.from_iterable(known), np.int32, lengths.sum())
        length = math.sqrt(float(self.rarities[flat].sum())) or 1.0
        return _sum_parts(self.weights[flat], lengths) / np.float32(length)


def _sum_parts(values: Floats, lengths: npt.NDArray[np.int64]) -> Floats:
    """Sums over neighbouring parts of an array, each of so many rows; a part may be empty."""
    sums = np.zeros((len(lengths), *values.shape[1:]), np.float32)
    filled = lengths > 0
    starts = np.cumsum(lengths) - lengths
    if filled.any():
        sums[filled] = np.add.reduceat(values, starts[filled])
    return sums


def read_static(exchanges: Sequence[Exchange]) -> list[Reading]:
    """What each message says about the answer before it."""
    model = load_model()
    readings: list[Reading] = []
    for start in range(0, len(exchanges), BATCH):
        batch = exchanges[start : start + BATCH]
        readings += map(give_reading, model.weigh([read_features(each) for each in batch]))
    return readings


def give_reading(logits: Floats) -> Reading:
    """A kind is at most as likely as feedback is: what asks for "that phone number" asks for no person."""
    odds = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    probabilities = odds.tolist()
    return Reading(
        feedback=probabilities[0],
        kinds={kind: min(each, probabilities[0]) for kind, each in zip(KINDS, probabilities[_KINDS], strict=True)},
        complaint_kinds=_share(COMPLAINT_KINDS, probabilities[_COMPLAINTS]),
        tones=_share(TONES, probabilities[_TONES]),
        tier="static",
    )


def _share(names: Sequence[str], weights: Sequence[float]) -> dict[str, float]:
    total = math.fsum(weights)
    return {name: weight / total for name, weight in zip(names, weights, strict=True)}


def find_words(exchange: Exchange, kind: str) -> tuple[tuple[int, int], ...]:
    """Offsets in the message of the words that speak most for a kind, for a tone or for `feedback`; in order, joined.

    Empty where no word of the person's own speaks for it. Raises `ValueError` for what the reader gives no output for.
    """
    if kind not in OUTPUTS:
        raise ValueError(f"{kind!r} is not read: expected one of {', '.join(OUTPUTS)}")
    words, by_output = weigh_message(exchange)
    weights = by_output[:, OUTPUTS.index(kind)].tolist()
    most = max(weights, default=0.0)
    told = [
        (token.start, token.end)
        for token, weight in zip(words.tokens, weights, strict=True)
        if weight > 0 and weight >= most * LEAST_SHARE
    ]
    return _join_neighbours(exchange.message, told)


@lru_cache(MESSAGES_REMEMBERED)
def weigh_message(exchange: Exchange) -> tuple[Words, Floats]:
    """Its words, and what they speak for: one message is asked for every kind that it may be."""
    words = read_words(exchange.message, exchange.request)
    return words, load_model().weigh_words(words)


def _join_neighbours(message: str, spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not message[joined[-1][1] : start].strip(" ,'’"):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


@cache
def load_model() -> Model:
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        return unpack_model({name: stored[name] for name in stored.files})


def unpack_model(stored: Mapping[str, npt.NDArray[np.generic]]) -> Model:
    """A model from what `pack_model` made."""
    rows: dict[str, dict[str, int]] = {}
    first = 0
    for block in BLOCKS:
        told = stored[f"{block}_names"].tobytes().decode()
        names = told.split("\n") if told else []
        rows[block] = {name: first + place for place, name in enumerate(names)}
        first += len(names)
    scales = np.repeat(stored["scales"].astype(np.float32), [len(names) for names in rows.values()], axis=0)
    return Model(
        rows=rows,
        weights=stored["weights"].astype(np.float32) * scales,
        rarities=stored["rarities"].astype(np.float32) ** 2,
        measures=stored["measures"].astype(np.float32),
        bias=stored["bias"].astype(np.float32),
    )


def pack_model(model: Model) -> dict[str, npt.NDArray[np.generic]]:
    """Arrays to store: weights in eight bits with a scale for each output and block, names as lines of UTF-8."""
    sizes = [len(names) for names in model.rows.values()]
    blocks = np.split(np.abs(model.weights), np.cumsum(sizes)[:-1])
    scales = np.array([block.max(axis=0, initial=TINIEST) / 127 for block in blocks], np.float32)
    stored: dict[str, npt.NDArray[np.generic]] = {
        f"{block}_names": np.frombuffer("\n".join(names).encode(), np.uint8) for block, names in model.rows.items()
    }
    return stored | {
        "weights": np.rint(model.weights / np.repeat(scales, sizes, axis=0)).astype(np.int8),
        "scales": scales,
        "rarities": np.sqrt(model.rarities).astype(np.float16),
        "measures": model.measures,
        "bias": model.bias,
    }
