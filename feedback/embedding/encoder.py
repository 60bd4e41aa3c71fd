"""Texts come in, vectors go out: the door to ONNX Runtime for the sentence encoder.

Of a long text its start and its end are read. A text that comes twice is read once.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from feedback.reactions.transformer import TOKENIZER, Tokenizer, load_tokenizer, tokenize

NETWORK = Path(__file__).parent / "model.onnx"
WIDTH = 384
MOST_TOKENS = 62
"""Of a text; with the marks of its start and end 64."""
SHARE_FROM_THE_END = 0.4
BATCH = 16
"""Larger ones fall out of the processor's caches."""
SLOW = ("SkipLayerNormFusion",)
"""What ONNX Runtime would join for speed and, with these weights, takes a seventh longer."""
PIECE = 4096
"""Texts that are split into tokens at once."""
_START, _END, _PAD = 101, 102, 0

Floats = npt.NDArray[np.float32]


class Session(Protocol):
    """The one call of ONNX Runtime's session that is used here."""

    def run(self, names: None, inputs: dict[str, npt.NDArray[np.int64]]) -> Sequence[Floats]: ...


@dataclass(frozen=True, slots=True)
class Encoder:
    """A network and its tokenizer, ready to read."""

    session: Session
    tokenizer: Tokenizer
    threads: int = 1

    def embed(self, texts: Sequence[str], tell: Callable[[int], None] = lambda _: None) -> Floats:
        """A row of length one for each text, `WIDTH` wide; `tell` hears how many texts are done. An empty text has a
        row as well: that of no words."""
        distinct = list(dict.fromkeys(texts))
        places = {text: place for place, text in enumerate(distinct)}
        vectors = np.empty((len(distinct), WIDTH), np.float32)
        for start in range(0, len(distinct), PIECE):
            piece = distinct[start : start + PIECE]
            vectors[start : start + len(piece)] = self._embed_piece(piece)
            tell(start + len(piece))
        return vectors[[places[text] for text in texts]]

    def _embed_piece(self, texts: Sequence[str]) -> Floats:
        tokens = [
            [_START, *each, _END] for each in tokenize(self.tokenizer, texts, MOST_TOKENS, ends=SHARE_FROM_THE_END)
        ]
        vectors = np.empty((len(tokens), WIDTH), np.float32)
        by_length = sorted(
            range(len(tokens)), key=lambda row: (len(tokens[row]), tokens[row])
        )  # the same for any order

        def read(start: int) -> None:
            rows = by_length[start : start + BATCH]
            vectors[rows] = self.session.run(None, pad_tokens([tokens[row] for row in rows]))[0]

        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(read, range(0, len(tokens), BATCH)))
        scaled: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return scaled


def pad_tokens(tokens: Sequence[Sequence[int]]) -> dict[str, npt.NDArray[np.int64]]:
    """Arrays by the names of the network's inputs, a row for each text, as long as the longest."""
    shape = len(tokens), max(map(len, tokens))
    ids, mask = np.full(shape, _PAD, np.int64), np.zeros(shape, np.int64)
    for row, each in enumerate(tokens):
        ids[row, : len(each)] = each
        mask[row, : len(each)] = 1
    return {"input_ids": ids, "attention_mask": mask}


@cache
def load_encoder(threads: int = 1) -> Encoder:
    """The shipped one, once in a process; it reads so many batches at once, each on a thread of its own."""
    # Slow to import, and needed only where something is read.
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # else what the largest batch ever took is kept
    session = InferenceSession(
        str(NETWORK), options, providers=["CPUExecutionProvider"], disabled_optimizers=list(SLOW)
    )
    return Encoder(session, load_tokenizer(TOKENIZER), threads)
