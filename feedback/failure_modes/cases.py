"""Turns of conversations come in, as failure modes see them; vectors of what was asked, answered and said go out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from feedback.failure_modes.clustering import Floats, normalise
from feedback.failure_modes.naming import READ_CHARACTERS

SHARES = {"request": 0.25, "answer": 0.35, "reaction": 0.4}
"""Of the likeness of two turns: the request tells the topic, answer and reaction the failure."""

Embed = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, slots=True)
class Case:
    """The failing turn of a conversation, or a turn of one that went well. Texts may be empty."""

    conversation_id: str
    request: str
    answer: str
    reaction: str = ""
    """What the user said next."""
    kind: str = ""
    """The sort of failure, by which turns are grouped apart; empty where it went well."""
    slices: Mapping[str, str] = field(default_factory=dict)
    """What it may be told by: model, prompt version, release, language, tool, segment of users."""
    signals: tuple[str, ...] = ()
    """Of failure, the strongest first: `complaint`, or with its label `complaint/factual`."""

    @property
    def text(self) -> str:
        """What a name is made from: the beginnings of what was said."""
        return "\n".join(each[: READ_CHARACTERS // 3] for each in (self.request, self.answer, self.reaction))


def embed_cases(cases: Sequence[Case], embed: Embed) -> Floats:
    """A row of length one for each, three vectors of the encoder wide. What is not there is told by zeros."""
    blocks = []
    for part, share in SHARES.items():
        texts = [getattr(case, part) for case in cases]
        there = np.array([bool(text.strip()) for text in texts], np.float32)[:, None]
        blocks.append(embed(texts) * there * np.float32(share**0.5))
    return normalise(np.hstack(blocks))


def drop_reactions(vectors: Floats) -> Floats:
    """The same without what users said next, by which alone failures differ from what went well."""
    return normalise(vectors[:, : vectors.shape[1] * 2 // 3])
