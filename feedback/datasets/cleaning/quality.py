"""Is the answer worth learning from? Rows come in; those that decline, repeat themselves or are too long go.

Only what is to be imitated is judged: an undesirable answer, or the worse one of a pair, may well be bad.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from feedback.attacks import looks_harmful
from feedback.datasets.cleaning.texts import count_characters
from feedback.datasets.record import Drop, Reason, Record
from feedback.datasets.steps import Context, RowStep
from feedback.detectors.refusal import HARMLESS, MESSAGES_BEFORE, is_wished
from feedback.replies import find_refusal

GRAM: Final = 4
"""Words that are looked at together; characters where a script has no spaces."""
FEWEST_WORDS: Final = 24
"""An answer with fewer does not go in circles."""
MOST_REPEATED: Final = 0.5
"""Share of the groups of words that stood there before, from which on an answer is looked at closely."""
LEAST_ROUNDS: Final = 4
"""So often the same words in a row are a loop."""
LEAST_LOOP_WORDS: Final = 12
LONGEST_ROUND: Final = 60
_CODE: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_WORD: Final = re.compile(r"\w+")
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of scripts without spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
UNSPACED_SHARE: Final = 0.3


def judge_rows(records: Sequence[Record], context: Context) -> Sequence[Record | Drop]:
    longest = context.definition.longest
    return [Drop(fault) if (fault := find_flaw(record, longest)) else record for record in records]


def find_flaw(record: Record, longest: int = 0) -> Reason | None:
    """Why nobody should learn from the row, or None."""
    if not any(message.content.strip() or message.tool_calls for message in record.completion):
        return Reason.EMPTY
    if longest and count_row(record) > longest:
        return Reason.TOO_LONG
    if record.label is False:
        return None
    answer = "\n".join(message.content for message in record.completion)
    if declines_needlessly(record, answer):
        return Reason.REFUSAL
    return Reason.LOOP if goes_in_circles(answer) else None


def count_row(record: Record) -> int:
    """Characters that a trainer reads at once: the prompt with the longer of its answers."""
    answers = max(count_characters(record.completion), count_characters(record.rejected))
    return count_characters(record.prompt) + answers


def declines_needlessly(record: Record, answer: str) -> bool:
    """Whether the answer declines and does not help after all, and no request before it looked as if it asked for harm,
    or for a text that declines."""
    refusal = find_refusal(answer)
    if not refusal or refusal.is_partial:
        return False
    asked = [message.content for message in record.prompt if message.role == "user"][-MESSAGES_BEFORE - 1 :]
    return not is_wished(asked[-1] if asked else "") and all(looks_harmful(each) < HARMLESS for each in asked)


def goes_in_circles(answer: str) -> bool:
    """Whether the same words come several times in a row. Code and tables may look so and do not count.

    >>> goes_in_circles("I will look. " * 9), goes_in_circles("Monday: closed. Tuesday: closed. " * 2)
    (True, False)
    """
    words = list_words(_CODE.sub(" ", answer) if "```" in answer else answer)
    if len(words) < FEWEST_WORDS:
        return False
    grams = Counter(zip(*(words[at:] for at in range(GRAM)), strict=False))
    if 1 - len(grams) / grams.total() < MOST_REPEATED:
        return False
    return any(_comes_round(words, length) for length in range(1, min(LONGEST_ROUND, len(words) // LEAST_ROUNDS) + 1))


def list_words(answer: str) -> list[str]:
    """Its words, or its letters where it is written without spaces."""
    if not answer.isascii() and len(_UNSPACED.findall(answer)) > UNSPACED_SHARE * len(answer):
        return [each for each in answer if each.isalnum()]
    return _WORD.findall(answer.lower())


def _comes_round(words: Sequence[str], length: int) -> bool:
    """Whether so many words, some of them no numbers, are said often enough, one round right after the other."""
    needed = max(length * (LEAST_ROUNDS - 1), LEAST_LOOP_WORDS - length)
    run = 0
    for at, (one, other) in enumerate(zip(words, words[length:], strict=False), start=1):
        run = run + 1 if one == other else 0
        if run >= needed and not all(word.isdigit() for word in words[at - run : at]):
            return True
    return False


QUALITY = RowStep("quality", judge_rows)
