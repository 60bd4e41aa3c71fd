"""No row may hold what a model is to be tested with: texts of evaluation sets come in, digests of their runs of words
go out; rows come in, those that share none of them go out.

A run is 13 words, without case and punctuation (13 letters of scripts that are written without spaces); of a shorter
text it is the whole text, if that has at least four. Looked at are what users and tools said and what the model
answered, message by message; instructions are the app's own.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from typing import Final

from feedback.datasets.labels.wording import list_runs, split_words
from feedback.datasets.record import Drop, Reason, Record
from feedback.datasets.steps import Context, RowStep
from feedback.datasets.weighing.evaluation_texts import list_strings
from tracing.generations import Message

RUN: Final = 13
"""Words in a row that no two texts share by chance."""
SHORTEST: Final = 4
"""Shorter texts, such as `yes` or `B`, stand everywhere."""

METHOD: Final = (
    f"a row is left out if a message of its user, of a tool or of the model shares {RUN} words in a row with a text of "
    f"an evaluation set, or is equal to one of {SHORTEST} to {RUN - 1} words; case and punctuation do not count; of "
    "scripts written without spaces each letter is a word"
)


def digest_texts(texts: Iterable[str]) -> set[int]:
    """One number of 64 bits for each run of words, the same everywhere and always."""
    return {digest for text in texts for digest in digest_text(text)}


def digest_text(text: str) -> frozenset[int]:
    words = split_words(text)
    if len(words) < SHORTEST:
        return frozenset()
    return frozenset(map(_digest, list_runs(words, RUN)))


def _digest(run: str) -> int:
    return int.from_bytes(blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def drop_contaminated(records: Sequence[Record], context: Context) -> Sequence[Record | Drop]:
    grams = context.evaluation_grams
    if not grams:
        return records

    @cache  # rows of one conversation begin with the same messages
    def is_known(text: str) -> bool:
        return not grams.isdisjoint(digest_text(text))

    return [Drop(Reason.CONTAMINATED) if any(map(is_known, _list_texts(record))) else record for record in records]


def _list_texts(record: Record) -> Iterator[str]:
    for message in (*record.prompt, *record.completion, *record.rejected):
        if message.role != "system":
            yield message.content
            yield from _list_arguments(message)


def _list_arguments(message: Message) -> Iterator[str]:
    for call in message.tool_calls:
        yield from list_strings(call.arguments)


CONTAMINATION: Final = RowStep("contamination", drop_contaminated)
