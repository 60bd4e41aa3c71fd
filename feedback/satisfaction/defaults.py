"""What is believed of votes before a project is looked at: read from `defaults.json`, which training wrote."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from feedback.satisfaction.label_model import Prior, Vote
from feedback.satisfaction.votes import WordWeights

PATH = Path(__file__).with_name("defaults.json")


@dataclass(frozen=True, slots=True)
class Defaults:
    words: WordWeights
    prior: Prior
    centres: tuple[float, ...]
    """By level of the vote of words, its mean in log odds."""


def write_defaults(defaults: Defaults, path: Path = PATH) -> None:
    path.write_text(json.dumps(tell_defaults(defaults), indent=1) + "\n", encoding="utf-8")


def tell_defaults(defaults: Defaults) -> dict[str, Any]:
    values = defaults.words.values.round(4).tolist()
    prior = defaults.prior
    return {
        "prevalence": round(prior.prevalence, 4),
        "words": dict(zip(defaults.words.columns, values, strict=True)),
        "centres": [round(each, 4) for each in defaults.centres],
        "votes": [_tell_vote(each) for each in prior.votes],
        "correlations": prior.correlations.round(3).tolist(),
    }


def _tell_vote(vote: Vote) -> dict[str, Any]:
    return {
        "name": vote.name,
        "is_learnt": vote.is_learnt,
        "levels": vote.levels,
        "shares": [round(each, 5) for each in vote.shares],
        "ratios": [round(each, 3) for each in vote.ratios],
        "deviations": [round(each, 3) for each in vote.deviations],
    }


def read_defaults(told: Mapping[str, Any]) -> Defaults:
    """From what `tell_defaults` gave."""
    votes = tuple(
        Vote(
            name=each["name"],
            levels=tuple(each["levels"]),
            shares=tuple(each["shares"]),
            ratios=tuple(each["ratios"]),
            deviations=tuple(each["deviations"]),
            is_learnt=each["is_learnt"],
        )
        for each in told["votes"]
    )
    return Defaults(
        words=WordWeights(tuple(told["words"]), np.array(list(told["words"].values()))),
        prior=Prior(votes, np.array(told["correlations"]), told["prevalence"]),
        centres=tuple(told["centres"]),
    )


@cache
def load_defaults() -> Defaults:
    """Those that Tacit ships."""
    return read_defaults(json.loads(PATH.read_text(encoding="utf-8")))
