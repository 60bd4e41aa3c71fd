"""The answer keeps not to what was asked of its length or words: messages, instructions and answers in, signals out.

Read are limits ("in at most 50 words", "three bullet points") and wishes for words ("don't mention X", "in lower case")
in the user's message, else in earlier ones that say "from now on", else in the app's instructions. The last word on
length wins. What is asked of each of several items is not checked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedback.detectors.detector import Detector
from feedback.detectors.given import read_instructions
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.texts import Texts
from feedback.replies import find_refusal
from feedback.wishes.counting import measure_excess
from feedback.wishes.keeping import find_breach
from feedback.wishes.limits import Limit, find_limits, find_standing_limits
from feedback.wishes.texts import find_sentence, is_quoted
from feedback.wishes.wording import WordWish, find_standing_word_wishes, find_word_wishes

KIND = "constraint_violation"
VERSION = "1"
THRESHOLD = 0.5

SCORES = {
    "avoid": 0.85,
    "include": 0.75,
    "start": 0.75,
    "end": 0.7,
    "lower_case": 0.85,
    "upper_case": 0.85,
    "no_emoji": 0.9,
    "no_hashtag": 0.85,
    "no_exclamation": 0.8,
}
LABELS = {"start": "opening", "end": "ending", "lower_case": "case", "upper_case": "case"}
SCORE_FAR, SCORE_NEAR = 0.9, 0.6
"""Of a limit missed by half, and by next to nothing."""
STANDING_SHARE = 0.9
"""What is left of a score where the wish stands in the instructions or in an earlier message."""
LONGEST_QUESTION = 300

_EACH = re.compile(
    r"\b(?:each|every|per|apiece|jeweils|jede[rsmn]?|pro|chacune?|chaque|cada|ogni|ciascun[oa]?|elk|каждо\w*)\b",
    re.IGNORECASE,
)
_LONGER = re.compile(
    r"\b(?:longer|in detail|detailed|elaborate|expand|essay|full (?:text|list|version)|more (?:detail|about)"
    r"|thorough\w*|step[- ]by[- ]step"
    r"|ausführlich\w*|länger|détaillé\w*|plus long\w*|detallad\w*|más larg\w*|detalhad\w*|dettagliat\w*"
    r"|uitgebreid\w*|подробн\w*)\b",
    re.IGNORECASE,
)
_STANDING = re.compile(
    r"\b(?:from now on|always|for all (?:your )?(?:answers|replies)|every (?:answer|reply|time)"
    r"|all (?:your )?(?:answers|replies)"
    r"|ab jetzt|immer|désormais|toujours|a partir de ahora|siempre|sempre|a partir de agora|d'ora in poi|vanaf nu"
    r"|altijd)\b",
    re.IGNORECASE,
)
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_UNIT_NAMES = {
    "items": "item",
    "words": "word",
    "characters": "character",
    "sentences": "sentence",
    "paragraphs": "paragraph",
    "lines": "line",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of an answer, and whether the message that it answers asks it."""

    limits: Sequence[Limit] = ()
    wishes: Sequence[WordWish] = ()
    is_own: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """How an answer breaks what was asked. `evidence` has no offsets but in the text that it names."""

    label: str
    score: float
    evidence: Evidence
    is_lack: bool = False
    """Whether there is too little rather than too much."""


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each way in which an answer breaks what was asked of its length or words."""
    standing = Asked(is_own=False)
    for turn in material.conversation.turns:
        own = read_asked(turn.user_text)
        for attempt, answer in enumerate(turn.answers):
            if not answer.text or answer.outcome in ("error", "stopped"):
                continue
            target = Target(turn, attempt)
            told = read_told(read_instructions(material, answer))
            faults = [
                fault for asked in combine(turn.user_text, own, standing, told) for fault in find_faults(target, asked)
            ]
            best = {fault.label: fault for fault in sorted(faults, key=lambda fault: fault.score)}
            yield from (_pin(target, fault) for fault in best.values())
        places = [(each.start, each.end) for each in own.limits] + [(each.start, each.end) for each in own.wishes]
        if any(_is_standing(turn.user_text, *place) for place in places):
            standing = Asked(own.limits, own.wishes, is_own=False)


def read_asked(text: str) -> Asked:
    """What a message asks for, apart from what it quotes."""
    limits = [limit for limit in find_limits(text) if not is_quoted(text, limit.start) and not _is_of_each(text, limit)]
    if any(limit.unit == "items" and limit.most > 1 for limit in limits):
        limits = [limit for limit in limits if limit.unit == "items"]
    return Asked(limits, [wish for wish in find_word_wishes(text) if not is_quoted(text, wish.start)])


def _is_standing(text: str, start: int, end: int) -> bool:
    found = _STANDING.search(text, *find_sentence(text, start, end))
    return found is not None and not is_quoted(text, found.start())


def _is_of_each(text: str, limit: Limit) -> bool:
    start, end = find_sentence(text, limit.start, limit.end)
    return _EACH.search(text, start, end) is not None


def read_told(instructions: str) -> Asked:
    limits = [limit for limit in find_standing_limits(instructions) if not _is_of_each(instructions, limit)]
    return Asked(
        [limit for limit in limits if limit.unit != "items"], find_standing_word_wishes(instructions), is_own=False
    )


def combine(text: str, own: Asked, standing: Asked, told: Asked) -> Iterator[Asked]:
    """What holds for the answer: who says something of length in a message sets aside what was said before."""
    yield own
    is_length_said = bool(own.limits)
    for earlier in (standing, told):
        is_length_said = is_length_said or (bool(earlier.limits) and _LONGER.search(text) is not None)
        yield Asked(() if is_length_said else earlier.limits, earlier.wishes, is_own=False)
        is_length_said = is_length_said or bool(earlier.limits)


def find_faults(target: Target, asked: Asked) -> Iterator[Fault]:
    if not (asked.limits or asked.wishes) or find_refusal(target.answer.text):
        return
    prose = _FENCED.sub("", target.answer.text)
    text = prose if prose.strip() else target.answer.text
    for unit in dict.fromkeys(limit.unit for limit in asked.limits):
        found = [find_length_fault(text, limit, is_own=asked.is_own) for limit in asked.limits if limit.unit == unit]
        faults = [fault for fault in found if fault]
        if len(faults) == len(found) and not (_asks_back(text) and all(fault.is_lack for fault in faults)):
            yield min(faults, key=lambda fault: fault.score)
    for wish in asked.wishes:
        breach = find_breach(target.answer.text, wish)
        if breach and (breach.offsets or not _asks_back(text)):
            in_answer = Evidence(breach.reason, breach.offsets, text="answer")
            in_message = Evidence(breach.reason, ((wish.start, wish.end),) if asked.is_own else ())
            score = SCORES[wish.demand] * (1 if asked.is_own else STANDING_SHARE)
            yield Fault(LABELS.get(wish.demand, wish.demand), score, in_answer if breach.offsets else in_message)


def _asks_back(answer: str) -> bool:
    return len(answer) <= LONGEST_QUESTION and answer.rstrip().endswith(("?", "？"))


def find_length_fault(answer: str, limit: Limit, *, is_own: bool) -> Fault | None:
    """How the answer breaks the limit; None where it keeps it, or has no list where items were asked for."""
    count, excess = measure_excess(answer, limit)
    if not excess or (limit.unit == "items" and not count):
        return None
    bound = limit.most if excess > 0 else limit.least
    far = min(1.0, 2 * abs(excess) / max(1.0, bound))
    score = (SCORE_NEAR + (SCORE_FAR - SCORE_NEAR) * far) * (1 if is_own else STANDING_SHARE)
    evidence = Evidence(
        reason=describe(limit, count, is_own=is_own),
        offsets=((limit.start, limit.end),) if is_own else (),
        numbers={"count": float(count), "bound": float(bound)},
    )
    return Fault("items" if limit.unit == "items" else "length", score, evidence, is_lack=excess < 0)


def describe(limit: Limit, count: int, *, is_own: bool) -> str:
    """Why, for people.

    >>> describe(Limit("words", 0, 50, 0, 0), 83, is_own=True)
    'at most 50 words were asked for, the answer has 83'
    """
    if limit.is_exact:
        bound = f"{limit.most:.0f}"
    elif limit.most == float("inf"):
        bound = f"at least {limit.least:.0f}"
    else:
        bound = f"{limit.least:.0f} to {limit.most:.0f}" if limit.least else f"at most {limit.most:.0f}"
    is_one = 1 in (limit.most, limit.least if limit.most == float("inf") else 0)
    name, verb = _UNIT_NAMES[limit.unit] + "s" * (not is_one), "was" if is_one else "were"
    return f"{bound} {name} {verb} asked for{'' if is_own else ' before'}, the answer has {count}"


def _pin(target: Target, fault: Fault) -> Signal:
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label=fault.label,
        score=fault.score,
        confidence=0.75,
        fired=fault.score >= THRESHOLD,
        polarity=-1,
        evidence=fault.evidence,
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Not as asked",
    what="The answer breaks a limit on its length, or a wish for its words, that the user or the app set.",
    detect=detect,
    texts=Texts.TURN,
)
