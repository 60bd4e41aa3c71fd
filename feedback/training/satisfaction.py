"""Labelled chats come in, what signals say before a project is known goes out: `feedback/satisfaction/defaults.json`.

    python -m feedback.training.satisfaction [--write]

From the conversations whose outcome was labelled satisfied or dissatisfied; those for validation are never learnt from.
Each conversation is read by weights of the quick reader that were learnt from other conversations, so that signals are
as wrong here as in use; that takes two minutes or so, and is remembered in the system's folder for temporary files.
Kinds that written chats do not hold (what users do, what tools and models do) are assumed, and say so.
"""

import argparse
import hashlib
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from feedback.detecting import read_chat
from feedback.detectors import Material, detect_signals
from feedback.detectors.exchanges import exchanges_of
from feedback.reactions.reaction import Reading
from feedback.reactions.reader import load_reader
from feedback.reactions.static import WEIGHTS, give_reading, read_static
from feedback.reactions.transformer import NETWORK
from feedback.reactions.weighing import WEIGHTS as WEIGHING
from feedback.satisfaction.defaults import PATH, Defaults, write_defaults
from feedback.satisfaction.facts import Facts, Observation
from feedback.satisfaction.label_model import Prior, Vote, correlate_within
from feedback.satisfaction.votes import (
    PLACES,
    WORD_EDGES,
    WORDS,
    WordWeights,
    code_votes,
    level_words,
    name_columns,
    score_words,
    spread_scores,
)
from feedback.training.chats import list_files, load_chats
from feedback.training.pools import POOLS, load_pools
from feedback.training.static_reader import train_static

OUTCOMES = {"satisfied": False, "dissatisfied": True}
LATER_NS = 10**18
"""When a chat is listened to: long after its end."""
LEAST_SCORE = 0.01
PENALTY = 3.0
SHARE_PRIOR = 2.0
"""Conversations of each class added to a level of the vote of words, as all conversations are spread."""
LEAST_DEVIATION, ASSUMED_DEVIATION = 0.3, 0.7

Array = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Key = tuple[str, str, int]
"""File, conversation and index of the message in its turns."""

ASSUMED: Mapping[str, tuple[float, float, float]] = {
    "regeneration -": (0.08, 0.8, 1.2),
    "early_termination -": (0.05, 0.6, 1.0),
    "abandonment -": (0.01, 1.5, 1.5),
    "refusal -": (0.03, 0.6, 1.2),
    "apology -": (0.06, 0.5, 1.0),
    "format_failure -": (0.01, 0.6, 0.9),
    "constraint_violation -": (0.02, 0.6, 0.9),
    "language_mismatch -": (0.01, 0.8, 1.1),
    "error -": (0.03, 0.8, 1.8),
    "truncation -": (0.03, 0.3, 0.6),
    "slow -": (0.05, 0.2, 0.3),
    "low_confidence -": (0.05, 0.2, 0.3),
    "tool_failure -": (0.05, 0.5, 0.9),
    "tool_misuse -": (0.03, 0.3, 0.5),
    "agent_loop -": (0.02, 0.7, 1.1),
    "false_success -": (0.01, 0.8, 1.2),
    "dialogue_diversity -": (0.02, 0.7, 0.9),
    "conversation_length -": (0.02, 0.3, 0.3),
    "conversation_length +": (0.02, -0.3, -0.3),
    "toxic_output -": (0.003, 0.9, 1.2),
    "unsupported -": (0.05, 0.2, 0.3),
    "copy +": (0.15, -0.4, -0.8),
    "accept +": (0.1, -0.5, -1.1),
    "share +": (0.03, -0.5, -0.9),
    "edit -": (0.05, 0.3, 0.4),
    "delete -": (0.01, 0.4, 0.8),
    "judgement +": (0.3, -0.8, -1.5),
    "judgement -": (0.1, 0.9, 1.8),
}
"""By vote: in which share of satisfied conversations it is cast, and the log of how much likelier it is of the
dissatisfied, before the last turn and in it. Judgements of ours, each as sure as `ASSUMED_DEVIATION` says; chats with
the signal change them."""


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation whose outcome is known."""

    facts: Facts
    is_dissatisfied: bool
    file: str

    @property
    def group(self) -> str:
        """The files of one writer and kind."""
        return re.sub(r"_\d+$", "", self.file)


def load_told(*, validation: bool, is_thorough: bool = False) -> list[Told]:
    """The conversations with an outcome, remembered between runs. Those for validation are heard by the quick reader,
    or by both; neither has learnt from them. The others are heard by weights that were learnt without them."""
    paths = list_files(validation=validation)
    known = [*paths, WEIGHTS, NETWORK, WEIGHING] if validation else [*paths, *sorted(POOLS.iterdir())]
    cache = Path(tempfile.gettempdir()) / f"tacit-satisfaction-{digest_files(known)}-{is_thorough:d}.jsonl"
    if not cache.exists():
        readings = read_thoroughly(paths) if is_thorough else {} if validation else read_held_out()
        lines = [json.dumps(asdict(each)) for each in hear_files(paths, readings)]
        cache.write_text("\n".join(lines), encoding="utf-8")
    return [_read(json.loads(line)) for line in cache.read_text(encoding="utf-8").splitlines()]


def read_thoroughly(paths: Sequence[Path]) -> dict[Key, Reading]:
    chats = load_chats(paths)
    readings = load_reader().read([each.exchange for each in chats], share=1.0)
    return {(each.file, each.conversation, each.turn): read for each, read in zip(chats, readings, strict=True)}


def digest_files(paths: Iterable[Path]) -> str:
    """Changes with what the files hold."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _read(told: dict[str, Any]) -> Told:
    observations = tuple(Observation(**each) for each in told["facts"].pop("observations"))
    return Told(Facts(observations=observations, **told["facts"]), told["is_dissatisfied"], told["file"])


def read_held_out() -> dict[Key, Reading]:
    """Every later message of the chats to learn from, by weights that its conversation taught nothing."""
    chats = load_chats(list_files(validation=False))
    _, held_out = train_static(chats + load_pools())
    return {
        (each.file, each.conversation, each.turn): give_reading(logits)
        for each, logits in zip(chats, held_out, strict=False)
    }


def hear_files(paths: Iterable[Path], readings: Mapping[Key, Reading]) -> Iterator[Told]:
    """Conversations with an outcome, and all signals in them; without readings the shipped quick reader reads."""
    for path in paths:
        for line in path.read_text(encoding="utf-8").split("\n"):
            row = json.loads(line) if line.strip() else {}
            if row.get("outcome") in OUTCOMES:
                yield hear_row(row, path.stem, readings)


def hear_row(row: Mapping[str, Any], file: str, readings: Mapping[Key, Reading]) -> Told:
    chat = read_chat(row)
    exchanges = exchanges_of(chat.conversation)
    keys = {index: (file, str(row["conversation_id"]), chat.places[index]) for index in exchanges}
    read = {
        index: readings[key] if (key := keys[index]) in readings else read_static([exchange])[0]
        for index, exchange in exchanges.items()
    }
    return tell_material(Material(chat.conversation, readings=read, now_ns=LATER_NS), row, file)


def tell_material(material: Material, row: Mapping[str, Any], file: str) -> Told:
    observations = tuple(
        Observation(each.kind, each.polarity, round(each.score, 4), each.fired, each.turn_index, each.label)
        for each in detect_signals(material)
        if each.polarity and each.score >= LEAST_SCORE
    )
    turns = material.conversation.turns
    characters = float(np.mean([len(turn.answer.text) for turn in turns])) if turns else 0.0
    facts = Facts(str(row["conversation_id"]), "", observations, len(turns), characters)
    return Told(facts, OUTCOMES[row["outcome"]], file)


def learn_defaults(told: Sequence[Told]) -> Defaults:
    facts, outcomes = [each.facts for each in told], np.array([each.is_dissatisfied for each in told])
    words = learn_words(facts, outcomes)
    strengths = words.weigh(score_words(facts, words.columns)).sum(axis=1)
    levels = level_words(strengths)
    names = tuple(ASSUMED)
    codes = np.column_stack([levels, code_votes(facts, names)])
    groups = np.array([each.group for each in told])
    votes = (
        learn_word_vote(levels, outcomes, groups),
        *(learn_vote(name, codes[:, 1 + at], outcomes) for at, name in enumerate(names)),
    )
    said = np.column_stack([np.array(vote.ratios)[codes[:, at]] for at, vote in enumerate(votes)])
    correlations = correlate_within(said, np.stack([~outcomes, outcomes]).astype(float))
    centres = tuple(float(strengths[levels == level].mean()) for level in range(len(votes[0].levels)))
    return Defaults(words, Prior(votes, correlations, float(outcomes.mean())), centres)


def learn_words(facts: Sequence[Facts], outcomes: Booleans) -> WordWeights:
    """A penalised logistic regression in which praise never speaks against, and a complaint never for an answer."""
    columns = name_columns()
    features = spread_scores(score_words(facts, columns)).reshape(len(facts), -1)
    signs = np.repeat([-1 if " + " in name else 1 for name in columns], 2)
    bounds = [(None, None), *((0.0, None) if sign > 0 else (None, 0.0) for sign in signs)]
    sides = np.where(outcomes, 1.0, -1.0)

    def measure(weights: Array) -> tuple[float, Array]:
        log_odds = weights[0] + features @ weights[1:]
        pull = expit(log_odds) - outcomes
        loss = np.logaddexp(0, -sides * log_odds).sum() + 0.5 * PENALTY * (weights[1:] ** 2).sum()
        return float(loss), np.concatenate([[pull.sum()], features.T @ pull + PENALTY * weights[1:]])

    found = minimize(measure, np.zeros(len(bounds)), jac=True, bounds=bounds, method="L-BFGS-B")
    return WordWeights(columns, found.x[1:].reshape(-1, 2))


def learn_word_vote(levels: npt.NDArray[np.int64], outcomes: Booleans, groups: npt.NDArray[np.str_]) -> Vote:
    count = len(WORD_EDGES) + 1
    names = (
        "little",
        *(f"for {at}" for at in range(count // 2, 0, -1)),
        *(f"against {at}" for at in range(1, count // 2 + 1)),
    )
    spread = np.bincount(levels, minlength=count) / len(levels)
    counts = np.stack([np.bincount(levels[outcomes == each], minlength=count) for each in (False, True)])
    shares = counts + SHARE_PRIOR * count * spread
    shares /= shares.sum(axis=1, keepdims=True)
    deviations = find_deviation(levels, outcomes, groups, count)
    ratios = np.log(shares[1] / shares[0])
    return Vote(WORDS, names, tuple(shares[0].tolist()), tuple(ratios.tolist()), (deviations,) * count)


def find_deviation(
    levels: npt.NDArray[np.int64], outcomes: Booleans, groups: npt.NDArray[np.str_], count: int
) -> float:
    """Standard deviation between groups of what a level says, beyond chance (DerSimonian and Laird, 1986)."""
    found, variances = [], []
    for group in np.unique(groups):
        inside = groups == group
        cells = np.stack(
            [np.bincount(levels[inside & (outcomes == each)], minlength=count) + 0.5 for each in (False, True)]
        )
        if cells.sum(axis=1).min() < 30:
            continue
        ratios = np.log(cells[1] / cells[1].sum()) - np.log(cells[0] / cells[0].sum())
        found.append(ratios[1:])
        variances.append(((1 / cells).sum(axis=0) - (1 / cells.sum(axis=1)).sum())[1:])
    weights = 1 / np.array(variances)
    off = np.array(found) - (weights * found).sum(axis=0) / weights.sum(axis=0)
    freedom = (len(found) - 1) * (count - 1)
    excess = (weights * off**2).sum() - freedom
    scale = weights.sum() - ((weights**2).sum(axis=0) / weights.sum(axis=0)).sum()
    return float(max(LEAST_DEVIATION**2, excess / scale) ** 0.5)


def learn_vote(name: str, levels: npt.NDArray[np.int64], outcomes: Booleans) -> Vote:
    """What is assumed, changed by the chats that have the signal."""
    share, *assumed = ASSUMED[name]
    cells = np.stack([np.bincount(levels[outcomes == each], minlength=3)[1:] + 0.5 for each in (False, True)])
    sizes = np.array([(~outcomes).sum(), outcomes.sum()]) + 1.0
    seen = np.log(cells[1] / sizes[1]) - np.log(cells[0] / sizes[0])
    precision = np.where(cells.sum(axis=0) > 1, 1 / (1 / cells).sum(axis=0), 0.0)
    believed = ASSUMED_DEVIATION**-2
    ratios = (seen * precision + np.array(assumed) * believed) / (precision + believed)
    deviations = np.sqrt(1 / (precision + believed) + LEAST_DEVIATION**2)
    satisfied = np.array([share / 2, share / 2])
    silence = float(np.log((1 - satisfied @ np.exp(ratios)) / (1 - satisfied.sum())))
    return Vote(
        name,
        ("none", *PLACES),
        (1 - share, *satisfied.tolist()),
        (silence, *ratios.tolist()),
        (LEAST_DEVIATION, *deviations.tolist()),
        is_learnt=bool(cells.sum() > 20),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns what signals say of satisfaction before a project is known.")
    parser.add_argument("--write", action="store_true", help=f"write {PATH.name}")
    options = parser.parse_args()
    told = load_told(validation=False)
    defaults = learn_defaults(told)
    learnt = [each.name for each in defaults.prior.votes if each.is_learnt]
    share = sum(each.is_dissatisfied for each in told) / len(told)
    print(f"{len(told):,} conversations, {share:.3f} of them dissatisfied; votes learnt from them: {', '.join(learnt)}")
    if options.write:
        write_defaults(defaults)


if __name__ == "__main__":
    main()
