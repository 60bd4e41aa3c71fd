"""The answers go in circles: their words in, signals out.

A loop is the same answer given to different messages. Repetitive answers share most of their words in order: the
share of distinct pairs of words (distinct-2, Li et al. 2016) over the conversation is low.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from feedback.detectors.detector import Detector
from feedback.detectors.material import TURNS_BEFORE, Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.texts import Texts
from tracing.conversations import Turn

KIND = "dialogue_diversity"
VERSION = "1"
LEAST_WORDS = 8
"""Shorter answers ("Done.", "You're welcome!") are the same without being a loop."""
LEAST_ANSWERS = 3
MOST_WORDS = 400
"""So many words of an answer are looked at."""
REPETITIVE = 0.45
SCORE_LOOP = 0.9
_WORD = re.compile(r"\w+")


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer that was given shortly before, to another message; else, at the end, one for
    answers that are much the same, on the last of them."""
    turns = [turn for turn in material.conversation.turns if turn.answer.outcome != "error"]
    words = [_WORD.findall(turn.answer.text[: 10 * MOST_WORDS].lower())[:MOST_WORDS] for turn in turns]
    loops = list(find_loops(turns, words))
    yield from loops
    long = [each for each in words[-TURNS_BEFORE:] if len(each) >= LEAST_WORDS]
    if not material.is_end or len(long) < LEAST_ANSWERS or any(is_recent(loop, turns[-1]) for loop in loops):
        return
    share = measure_distinct_pairs(long)
    if share < REPETITIVE:
        reason = f"{len(long)} answers repeat themselves: {share:.0%} of their word pairs are distinct"
        numbers = {"distinct_2": round(share, 3), "answers": float(len(long))}
        yield pin(turns[-1], "repetitive", 1 - share, 0.5, reason, numbers)


def is_recent(loop: Signal, last: Turn) -> bool:
    return last.index - loop.turn_index < TURNS_BEFORE


def find_loops(turns: Sequence[Turn], words: Sequence[Sequence[str]]) -> Iterator[Signal]:
    seen: dict[tuple[str, ...], Turn] = {}
    for turn, said in zip(turns, words, strict=True):
        key = tuple(said)
        before = seen.get(key) if len(said) >= LEAST_WORDS else None
        is_near = before is not None and turn.index - before.index <= TURNS_BEFORE
        if before is not None and is_near and before.user_text.strip() != turn.user_text.strip():
            reason = f"the same answer as in turn {before.index + 1}, to another message"
            yield pin(turn, "loop", SCORE_LOOP, 0.8, reason, {"same_as_turn": float(before.index + 1)})
        seen[key] = turn


def measure_distinct_pairs(texts: Sequence[Sequence[str]]) -> float:
    """Distinct pairs of neighbouring words over all of them, 0 to 1.

    >>> measure_distinct_pairs([["a", "b", "c"], ["a", "b", "c"]])
    0.5
    """
    pairs = [pair for words in texts for pair in pairwise(words)]
    return len(set(pairs)) / len(pairs) if pairs else 1.0


def pin(turn: Turn, label: str, score: float, confidence: float, reason: str, numbers: dict[str, float]) -> Signal:
    target = Target(turn, len(turn.alternatives))
    evidence = Evidence(reason=reason, span_ids=(turn.answer.span_id,), numbers=numbers, text="answer")
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label=label,
        score=score,
        confidence=confidence,
        polarity=-1,
        evidence=evidence,
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Goes in circles",
    what="The assistant gives the same answer again, or answers that are much the same.",
    detect=detect,
    texts=Texts.CONVERSATION,
)
