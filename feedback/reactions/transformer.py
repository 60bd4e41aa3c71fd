"""Exchanges come in, the logits of the finetuned MiniLM go out: the door to ONNX Runtime and to its tokenizer.

The network reads the message, with English words for what it says in other languages, the request before it, the
answer between and the start of the reply. `feedback.training.reactions` made its weights; `feedback.reactions.weighing`
says what the logits mean.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from feedback.reactions.concepts import gloss
from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS, TONES, Exchange

DIRECTORY = Path(__file__).parent / "transformer"
NETWORK = DIRECTORY / "model.onnx"
TOKENIZER = DIRECTORY / "tokenizer.json"
FEEDBACK = "feedback"
NOTHING = "nothing"
OUTPUTS = (
    *KINDS,
    FEEDBACK,
    *(f"complaint_{kind}" for kind in COMPLAINT_KINDS),
    *TONES,
    NOTHING,
    *(f"mostly_{kind}" for kind in KINDS),
)
"""What the network gives a logit for, in this order. Kinds and feedback each stand alone; kinds of complaint are given
that it is one; of the tones one holds, and so of the last eight: which kind it is most of all, or no feedback."""

BATCH = 8
"""Exchanges at once: larger batches fall out of the processor's caches."""
MESSAGE_TOKENS = 64
REQUEST_TOKENS = 32
ANSWER_TOKENS = 64
REPLY_TOKENS = 32
GLOSS_TOKENS = 24
LETTERS_A_TOKEN = 12
"""So many letters of a text's start and end hold the tokens that are kept, unless it is a wall of blanks."""
_PAD, _CUT, _LOUD, _STRESSED, _GLOSS, _REPLY = 0, 1, 2, 3, 4, 5
"""What MiniLM's vocabulary leaves unused: something was left out; mostly, or partly, in capitals; glosses follow;
the reply follows."""
_START, _END = 101, 102
_WORD = re.compile(r"[A-Za-z]{2,}")

IMPORTING = Lock()
"""What two threads import at once for the first time, such as stages of a worker, `transformers` finds half of."""

Floats = npt.NDArray[np.float32]


class Tokenizer(Protocol):
    """The one call of a tokenizer of `transformers` that is used here."""

    def __call__(
        self,
        text: Sequence[str],
        *,
        add_special_tokens: bool,
        split_special_tokens: bool,
        return_attention_mask: bool,
        return_token_type_ids: bool,
    ) -> dict[str, list[list[int]]]: ...


class Session(Protocol):
    """The one call of ONNX Runtime's session that is used here."""

    def run(self, names: None, inputs: dict[str, npt.NDArray[np.int64]]) -> Sequence[Floats]: ...


@dataclass(frozen=True, slots=True)
class Tokens:
    """An exchange as the network reads it."""

    message: list[int]
    context: list[int]
    """The request and the answer."""
    reply: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.message) + len(self.context) + len(self.reply)


@dataclass(frozen=True, slots=True)
class Transformer:
    """A network and its tokenizer, ready to read."""

    session: Session
    tokenizer: Tokenizer

    def score(self, exchanges: Sequence[Exchange]) -> Floats:
        """Logits: a row for each exchange, a column for each of `OUTPUTS`."""
        tokens = encode_exchanges(self.tokenizer, exchanges)
        logits = np.zeros((len(tokens), len(OUTPUTS)), np.float32)
        by_length = sorted(range(len(tokens)), key=lambda row: len(tokens[row]))
        for start in range(0, len(tokens), BATCH):
            rows = by_length[start : start + BATCH]
            logits[rows] = self.session.run(None, pad_tokens([tokens[row] for row in rows]))[0]
        return logits


@cache
def load_transformer(threads: int = 1) -> Transformer:
    """The shipped one, once in a process; reading an exchange takes so many threads."""
    # Slow to import, and needed only where something is read.
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # else what the largest batch ever took is kept
    session = InferenceSession(str(NETWORK), options, providers=["CPUExecutionProvider"])
    return Transformer(session, load_tokenizer(TOKENIZER))


def load_tokenizer(path: Path) -> Tokenizer:
    """A tokenizer from its `tokenizer.json`. Nothing is looked up elsewhere."""
    silence_transformers()
    with IMPORTING:
        from transformers import PreTrainedTokenizerFast
    return cast(Tokenizer, PreTrainedTokenizerFast(tokenizer_file=str(path)))


def silence_transformers() -> None:
    """Before its import: that it asks no network, and does not tell where torch is to be had."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")


def encode_exchanges(tokenizer: Tokenizer, exchanges: Sequence[Exchange]) -> list[Tokens]:
    """Each cut to what the network was trained to read."""
    glosses = [gloss(each.message) for each in exchanges]
    columns = (
        tokenize(tokenizer, [each.message for each in exchanges], MESSAGE_TOKENS, ends=0.4),
        tokenize(tokenizer, glosses, GLOSS_TOKENS, ends=0.0),
        tokenize(tokenizer, [each.request for each in exchanges], REQUEST_TOKENS, ends=0.4),
        tokenize(tokenizer, [each.answer for each in exchanges], ANSWER_TOKENS, ends=0.5),
        tokenize(tokenizer, [each.reply for each in exchanges], REPLY_TOKENS, ends=0.0),
    )
    return [
        Tokens(
            [_START, *mark_capitals(exchange.message), *message, *([_GLOSS, *english] if english else ()), _END],
            [*request, _END, *answer, _END],
            [_REPLY, *reply, _END] if reply else [],
        )
        for exchange, message, english, request, answer, reply in zip(exchanges, *columns, strict=True)
    ]


def tokenize(tokenizer: Tokenizer, texts: Sequence[str], most: int, *, ends: float) -> Iterator[list[int]]:
    """Up to `most` tokens of each text; of a longer one its start and, as the share `ends` of them, its end."""
    if not texts:
        return
    told = tokenizer(
        [_shorten(text, most * LETTERS_A_TOKEN) for text in texts],
        add_special_tokens=False,
        split_special_tokens=True,  # "[SEP]" in a message is text
        return_attention_mask=False,
        return_token_type_ids=False,
    )
    last = int(most * ends)
    for tokens in told["input_ids"]:
        if len(tokens) <= most or not last:
            yield tokens[:most]
        else:
            yield [*tokens[: most - last - 1], _CUT, *tokens[len(tokens) - last :]]


def _shorten(text: str, letters: int) -> str:
    """So many letters of its start and of its end; what is no letter at all (half of a surrogate pair) is replaced."""
    part = text if len(text) <= 2 * letters else f"{text[:letters]} {text[-letters:]}"
    return part.encode("utf-8", "replace").decode()


def mark_capitals(message: str) -> list[int]:
    """A mark where a message shouts, which the network's lower case would hide.

    >>> mark_capitals("THIS IS WRONG"), mark_capitals("that is NOT it"), mark_capitals("a CSV file")
    ([2], [], [])
    >>> mark_capitals("that is WRONG")
    [3]
    """
    words = _WORD.findall(message)
    loud = [word for word in words if word.isupper()]
    if len(loud) >= 2 and len(loud) > len(words) / 2:
        return [_LOUD]
    return [_STRESSED] if any(len(word) > 3 for word in loud) else []


def pad_tokens(tokens: Sequence[Tokens]) -> dict[str, npt.NDArray[np.int64]]:
    """Arrays by the names of the network's inputs, a row for each exchange, as long as the longest."""
    shape = len(tokens), max(map(len, tokens))
    ids = np.full(shape, _PAD, np.int64)
    mask, kinds = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, each in enumerate(tokens):
        ids[row, : len(each)] = [*each.message, *each.context, *each.reply]
        mask[row, : len(each)] = 1
        kinds[row, len(each.message) : len(each)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds}
