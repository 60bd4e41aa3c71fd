"""The labelled chats that nothing was learnt from come in, figures of every detector of words go out, tier by tier."""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy.hearing import KINDS, TIERS, Heard, Key, hear
from benchmarks.accuracy.measures import (
    DRAWS,
    Booleans,
    Numbers,
    Places,
    draw_again,
    estimate,
    find_best_f1,
    list_bins,
    measure_average_precision,
    measure_calibration_error,
    measure_f1,
    measure_macro_f1,
    measure_precision,
    measure_share,
    weigh,
)
from benchmarks.accuracy.pools import POOLS
from feedback.accuracy import TONE, Card, Failure, Figures, KindCard, Language, Pool, Tier, ToneCard, ToneFigures
from feedback.detectors import DETECTORS
from feedback.detectors.reactions import load_threshold
from feedback.reactions.reaction import TONES
from feedback.training.chats import Labelled, list_files, read_conversation

READ_AS = {"early_termination": "stop"}
"""What a kind is called among the labels, where it is another word."""
AVERAGED = KINDS[:5]
FEW_ALARMS = 0.04
FEWEST_OF_A_LANGUAGE = 20
WORST = 3
"""Failures of each sort that a card shows."""
MESSAGE_CHARACTERS, ANSWER_CHARACTERS = 160, 100
KNOWN_FAILURES = Path(__file__).with_name("known_failures.txt")
PAIR_END = re.compile(r"(?<=\d)-?[ab]$")

ARE_KNOWN = {each.kind: each for each in DETECTORS}

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Message:
    """A later message with its label."""

    key: Key
    labelled: Labelled
    why: str

    @property
    def group(self) -> str:
        """What is drawn together: a conversation, or a minimal pair of them."""
        return PAIR_END.sub("", self.labelled.conversation)


@dataclass(frozen=True, slots=True)
class Chats:
    """Labelled conversations, and everything that was heard in them, by tier."""

    files: tuple[str, ...]
    conversations: int
    messages: tuple[Message, ...]
    heard: Mapping[str, tuple[Heard, ...]]
    """By tier, for each of `messages`."""
    tiers: tuple[Tier, ...] = TIERS

    @property
    def is_feedback(self) -> Booleans:
        return np.array([bool(each.labelled.kinds) for each in self.messages])

    def is_of(self, kind: str) -> Booleans:
        return np.array([READ_AS.get(kind, kind) in each.labelled.kinds for each in self.messages])

    def draw(self, draws: int) -> list[Places]:
        return list(draw_again([each.group for each in self.messages], draws))


def load_chats(tell: Tell, tiers: Sequence[Tier] = TIERS, paths: Iterable[Path] = ()) -> Chats:
    """The chats for validation, heard by each tier."""
    chosen = sorted(paths) or list_files(validation=True)
    rows = [(path.stem, row) for path in chosen for row in read_rows(path)]
    messages = tuple(
        Message((number, each.turn), each, row["turns"][each.turn].get("why") or "")
        for number, (name, row) in enumerate(rows)
        for each in read_conversation(row, name)
    )
    feedback = frozenset(each.key for each in messages if each.labelled.kinds)
    heard = {}
    for tier in tiers:
        tell(f"{len(messages):,} messages, {tier.title} …")
        found = hear([row for _, row in rows], tier, feedback)
        heard[tier.name] = tuple(found.get(each.key, Heard()) for each in messages)
    return Chats(tuple(path.stem for path in chosen), len(rows), messages, heard, tuple(tiers))


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def measure_card(chats: Chats, draws: int = DRAWS) -> Card:
    """Every figure of the labelled chats; without draws intervals are as narrow as the figure."""
    drawn, known = chats.draw(draws), read_known_failures()
    kinds = tuple(measure_kind(chats, kind, drawn, known.get(kind, ())) for kind in KINDS)
    any_kind = [measure_any(chats, tier.name, drawn) for tier in chats.tiers]
    return Card(
        files=chats.files,
        conversations=chats.conversations,
        messages=len(chats.messages),
        feedback=int(chats.is_feedback.sum()),
        tiers=chats.tiers,
        any_kind=tuple(any_kind),
        mean_average_precision={tier.name: average_precisions(kinds, tier.name) for tier in chats.tiers},
        kinds=kinds,
        tone=measure_tone(chats, drawn, known.get(TONE, ())),
        pools=list_pools(chats, lambda heard: heard.fires, ~chats.is_feedback),
        languages=list_languages(chats),
    )


def average_precisions(kinds: Iterable[KindCard], tier: str) -> float:
    found = [
        each.average_precision.value if each.average_precision else 0.0
        for kind in kinds
        if kind.kind in AVERAGED
        for each in kind.tiers
        if each.tier == tier
    ]
    return round(sum(found) / len(found), 4)


def measure_any(chats: Chats, tier: str, drawn: Sequence[Places]) -> Figures:
    heard = chats.heard[tier]
    scores, fired = np.array([each.highest for each in heard]), np.array([each.fires for each in heard])
    return measure_figures(tier, chats.is_feedback, scores, fired, chats.is_feedback, drawn)


def measure_kind(chats: Chats, kind: str, drawn: Sequence[Places], known: tuple[str, ...]) -> KindCard:
    detector, truth = ARE_KNOWN[kind], chats.is_of(kind)
    tiers = []
    for tier, heard in chats.heard.items():
        scores, fired = np.array([each.scores.get(kind, 0.0) for each in heard]), read_fired(heard, kind)
        tiers.append(measure_figures(tier, truth, scores, fired, chats.is_feedback, drawn))
    return KindCard(
        kind=kind,
        title=detector.title,
        what=detector.what,
        version=detector.version,
        threshold=load_threshold(READ_AS.get(kind, kind)),
        messages=len(truth),
        positives=int(truth.sum()),
        tiers=tuple(tiers),
        pools=list_pools(chats, lambda heard: kind in heard.fired, ~chats.is_feedback),
        failures=tuple(list_failures(chats, kind, truth)),
        known=known,
    )


def read_fired(heard: Iterable[Heard], kind: str) -> Booleans:
    return np.array([kind in each.fired for each in heard])


def measure_figures(
    tier: str, truth: Booleans, scores: Numbers, fired: Booleans, is_feedback: Booleans, drawn: Sequence[Places]
) -> Figures:
    """How right one tier is of one kind, with intervals."""
    count, bins = len(truth), list_bins(truth, scores)
    return Figures(
        tier=tier,
        fired=int(fired.sum()),
        precision=estimate(lambda at: measure_precision(truth[at], fired[at]), drawn, count),
        precision_when_rare=estimate(
            lambda at: measure_precision(truth[at], fired[at], weigh(is_feedback[at])), drawn, count
        ),
        recall=estimate(lambda at: measure_share(fired[at], truth[at]), drawn, count),
        false_alarms=estimate(lambda at: measure_share(fired[at], ~is_feedback[at]), drawn, count),
        average_precision=estimate(lambda at: measure_average_precision(truth[at], scores[at]), drawn, count),
        f1_at_few_alarms=estimate(lambda at: find_best_f1(truth[at], scores[at], FEW_ALARMS)[0], drawn, count),
        calibration_error=measure_calibration_error(bins),
        reliability=bins,
    )


def list_pools(chats: Chats, fires: Callable[[Heard], bool], among: Booleans) -> tuple[Pool, ...]:
    """False alarms by what makes a message look like feedback."""
    pools = []
    for name, holds in POOLS.items():
        inside = [at for at in np.flatnonzero(among) if holds(chats.messages[at].labelled, chats.messages[at].why)]
        alarms = {tier: sum(fires(heard[at]) for at in inside) for tier, heard in chats.heard.items()}
        pools.append(Pool(name, len(inside), alarms))
    return tuple(pools)


def list_failures(chats: Chats, kind: str, truth: Booleans) -> Iterable[Failure]:
    """The false alarms with the highest scores, and what was missed with the lowest, by the last tier."""
    heard = list(chats.heard.values())[-1]
    scores, fired = [each.scores.get(kind, 0.0) for each in heard], read_fired(heard, kind)
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], at))
    alarms = [at for at in order if fired[at] and not truth[at]][:WORST]
    missed = [at for at in reversed(order) if truth[at] and not fired[at]][:WORST]
    for at in (*alarms, *missed):
        message = chats.messages[at]
        yield Failure(
            message=shorten(message.labelled.exchange.message, MESSAGE_CHARACTERS),
            answer=shorten(message.labelled.exchange.answer, ANSWER_CHARACTERS),
            language=message.labelled.language,
            is_alarm=not truth[at],
            score=scores[at],
            why=message.why,
        )


def shorten(text: str, length: int) -> str:
    """
    >>> shorten("a\\n b" + "c" * 9, 8)
    'a bcccc…'
    """
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def measure_tone(chats: Chats, drawn: Sequence[Places], known: tuple[str, ...]) -> ToneCard:
    truth = np.array([each.labelled.tone for each in chats.messages])
    return ToneCard(
        version=ARE_KNOWN[TONE].version,
        messages=len(truth),
        counts={tone: int((truth == tone).sum()) for tone in TONES},
        tiers=tuple(measure_tones(tier, heard, truth, drawn) for tier, heard in chats.heard.items()),
        known=known,
    )


def measure_tones(tier: str, heard: Sequence[Heard], truth: Any, drawn: Sequence[Places]) -> ToneFigures:
    told = np.array([each.tone for each in heard])
    bins = list_bins(told == truth, np.array([each.tone_confidence for each in heard]))
    return ToneFigures(
        tier=tier,
        macro_f1=estimate(lambda at: measure_macro_f1(truth[at].tolist(), told[at].tolist(), TONES), drawn, len(truth)),
        f1={tone: round(measure_f1(truth == tone, told == tone), 4) for tone in TONES},
        calibration_error=measure_calibration_error(bins),
        reliability=bins,
    )


def list_languages(chats: Chats) -> tuple[Language, ...]:
    """Languages with enough messages, by number of messages, all but English together, and all that have too few."""
    codes = np.array([each.labelled.language.partition("-")[0] for each in chats.messages])
    counts = Counter(codes.tolist())
    groups = {code: codes == code for code, count in counts.most_common() if count >= FEWEST_OF_A_LANGUAGE}
    few = np.array([counts[code] < FEWEST_OF_A_LANGUAGE for code in codes])
    named = {**groups, "the others": few, "all but English": codes != "en"}
    return tuple(measure_language(chats, code, inside) for code, inside in named.items() if inside.any())


def measure_language(chats: Chats, code: str, inside: Booleans) -> Language:
    truth, f1, average_precision = chats.is_feedback, {}, {}
    for tier, heard in chats.heard.items():
        scores = np.array([each.highest for each in heard])
        _, threshold = find_best_f1(truth, scores, FEW_ALARMS)
        f1[tier] = round(measure_f1(truth[inside], scores[inside] >= threshold), 4)
        found = measure_average_precision(truth[inside], scores[inside])
        average_precision[tier] = 0.0 if math.isnan(found) else round(found, 4)
    return Language(code, int(inside.sum()), int(truth[inside].sum()), f1, average_precision)


def read_known_failures() -> dict[str, tuple[str, ...]]:
    """By kind, what is known to go wrong; a line is `kind: what`."""
    found: dict[str, list[str]] = {}
    for line in KNOWN_FAILURES.read_text(encoding="utf-8").splitlines():
        kind, _, what = line.partition(": ")
        if what:
            found.setdefault(kind, []).append(what)
    return {kind: tuple(lines) for kind, lines in found.items()}
