"""Seeds come in, made-up failing and good turns go out, with the failure that each was planted with.

Between the planted ones stand turns of real chats (`feedback/training/chats`): answered well, or found fault with.
"""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np

from feedback.embedding import load_encoder
from feedback.failure_modes.cases import Case
from feedback.failure_modes.clustering import Floats
from feedback.training.chats import list_files, load_chats

TEXTS = json.loads(Path(__file__).with_name("failure_modes.json").read_text(encoding="utf-8"))
TOPICS, FAILURES = tuple(TEXTS["topics"]), tuple(TEXTS["failures"])
KIND = "complaint"
FAULTS = frozenset({"complaint", "correction", "rephrase"})
_BLANK = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Planted:
    """Turns, and by turn what was planted; empty where nothing was."""

    cases: list[Case] = field(default_factory=list)
    truth: list[str] = field(default_factory=list)

    def add(self, cases: Sequence[Case], truth: str) -> None:
        self.cases.extend(cases)
        self.truth.extend([truth] * len(cases))


def start(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 -- made-up turns are no secret


def fill(template: str, draw: random.Random) -> str:
    return _BLANK.sub(lambda blank: draw.choice(TEXTS["fills"][blank[1]]), template)


def make_good(topic: str, count: int, draw: random.Random) -> list[Case]:
    """Turns of one topic that went well."""
    texts = TEXTS["topics"][topic]
    return [
        Case(_name(draw), fill(draw.choice(texts["requests"]), draw), fill(draw.choice(texts["answers"]), draw))
        for _ in range(count)
    ]


def make_failing(topic: str, failure: str, count: int, draw: random.Random, kind: str = KIND) -> list[Case]:
    """Turns of one topic that failed in one way."""
    texts = TEXTS["failures"][failure]
    return [
        replace(
            each,
            answer=fill(draw.choice(texts["answers"]), draw),
            reaction=draw.choice(texts["reactions"]),
            kind=kind,
        )
        for each in make_good(topic, count, draw)
    ]


def _name(draw: random.Random) -> str:
    return f"c{draw.getrandbits(48):012x}"


@cache
def load_real() -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """Turns of real chats in English: found fault with, and not."""
    cases = [
        (Case(each.conversation, each.exchange.request, each.exchange.answer, each.exchange.message), each.kinds)
        for each in load_chats(list_files(validation=False))
        if each.language.startswith("en") and each.exchange.request and each.exchange.answer
    ]
    faults = tuple(replace(case, kind=KIND) for case, kinds in cases if kinds & FAULTS)
    return faults, tuple(replace(case, reaction="") for case, kinds in cases if not kinds)


def draw_real(failing: int, good: int, draw: random.Random) -> tuple[list[Case], list[Case]]:
    faults, well = load_real()
    return draw.sample(faults[:1_500], failing), draw.sample(well[:3_000], good)


@dataclass(slots=True)
class Memory:
    """An encoder that reads each text once over all seeds."""

    vectors: dict[str, Floats] = field(default_factory=dict)

    def embed(self, texts: Sequence[str]) -> Floats:
        new = [text for text in dict.fromkeys(texts) if text not in self.vectors]
        if new:
            self.vectors |= dict(zip(new, load_encoder().embed(new), strict=True))
        return np.stack([self.vectors[text] for text in texts])
