"""How alike two rows are, from a kilobyte of each: a record comes in, its MinHash goes out, and so do, of two of them,
the estimated shares of what they have in common.

A row is what its user and the model said, tool calls included. Instructions and what tools returned are left out:
chats that share them are not alike for it. One flat array holds, one after the other:
- of each dialogue in it (a pair has two, one an answer) the runs of five words;
- what the model wrote before the answers, word by word;
- each answer, word by word.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy
import rensa
from numpy.typing import NDArray

from feedback.datasets.labels.wording import split_words
from feedback.datasets.record import Record
from tracing.generations import Message

RUN: Final = 5
"""Words in a row."""
PERMUTATIONS: Final = 128
WORD_PERMUTATIONS: Final = 64
SEED: Final = 12

MULTIPLIER: Final = numpy.uint64(0x9E3779B97F4A7C15)
"""An odd number whose bits are spread."""

Hashes = NDArray[numpy.uint64]
Signature = NDArray[numpy.uint32]


def sign_record(record: Record) -> Signature:
    history = [message for message in record.prompt if message.role in ("user", "assistant")]
    said = _hash_words(history)
    before = [words for message, words in zip(history, said, strict=True) if message.role == "assistant"]
    answers = [_join(_hash_words(answer)) for answer in (record.completion, record.rejected) if answer]
    dialogues = [_list_runs(_join([*said, answer])) for answer in answers]
    return numpy.concatenate(
        (
            _sign(dialogues, PERMUTATIONS),
            _sign([_join(before), *answers], WORD_PERMUTATIONS),
        )
    )


def read_dialogues(signature: Signature) -> Signature:
    """One line for each dialogue in the row."""
    count = (len(signature) - WORD_PERMUTATIONS) // (PERMUTATIONS + WORD_PERMUTATIONS)
    return signature[: count * PERMUTATIONS].reshape(count, PERMUTATIONS)


def read_written(signature: Signature) -> Signature:
    """What the model wrote in each dialogue, answer included."""
    before, answers = _read_words(signature)
    return numpy.minimum(before, answers)


def read_answers(signature: Signature) -> Signature:
    """One line for each answer, the better one first."""
    return _read_words(signature)[1]


def unite(lines: Signature) -> Signature:
    """That of all that the lines are of."""
    together: Signature = lines.min(axis=0)
    return together


def _read_words(signature: Signature) -> tuple[Signature, Signature]:
    lines = signature[read_dialogues(signature).size :].reshape(-1, WORD_PERMUTATIONS)
    return lines[0], lines[1:]


def compare(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Estimate the Jaccard index of what two lines were made of."""
    return float((one == other).mean())


def _hash_words(messages: Iterable[Message]) -> list[Hashes]:
    """A number for each word, by message."""
    hashed = rensa.RMinHash.hash_token_sets([_list_words(message) for message in messages])
    return [numpy.array(each, dtype=numpy.uint64) for each in hashed]


def _join(hashes: Sequence[Hashes]) -> Hashes:
    return numpy.concatenate(hashes) if hashes else numpy.zeros(0, dtype=numpy.uint64)


def _list_words(message: Message) -> list[str]:
    words = split_words(message.content)
    for call in message.tool_calls:
        arguments = json.dumps(dict(call.arguments), sort_keys=True, default=str, ensure_ascii=False)
        words += split_words(f"{call.name} {arguments}")
    return words or list(message.content.encode("utf-8", "replace").decode().split())


def _list_runs(words: Hashes) -> Hashes:
    """One number for each run of words; for all of them where they are fewer."""
    length = min(RUN, len(words))
    count = len(words) - length + 1 if length else 0
    runs = numpy.zeros(count, dtype=numpy.uint64)
    for place in range(length):
        runs = runs * MULTIPLIER + words[place : place + count]
    return runs


def _sign(sets: Sequence[Hashes], permutations: int) -> Signature:
    ends = [0, *numpy.cumsum([len(each) for each in sets]).tolist()]
    matrix = rensa.RMinHash.digest_matrix_from_flat_token_hashes(
        numpy.concatenate(sets), ends, num_perm=permutations, seed=SEED
    )
    return numpy.array(matrix.to_rows(), dtype=numpy.uint32).ravel()
