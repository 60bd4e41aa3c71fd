"""The answer tells what nobody told it: answers and what the model was given come in, signals go out.

Numbers, dates, names, links and quotations of an answer are looked up in the documents, the results of tools, the
instructions and the conversation. Only answers that rest on something can be checked: a chat about the world at large,
or a request to write something, has its numbers from the model, and gives no signal.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from feedback.claims import MAX_CHARACTERS, Checked, Claim, ClaimKind, Sources, check_answer
from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from tracing.conversations import Turn

KIND = "unsupported"
VERSION = "1"
THRESHOLD = 0.5

WEIGHTS: Mapping[ClaimKind, float] = {
    "number": 0.8,
    "date": 0.8,
    "name": 0.7,
    "identifier": 0.8,
    "link": 0.9,
    "quotation": 0.7,
}
"""Of answers with one such claim that was not found, how many are wrong, where one in five is."""
WEIGHT_UNGROUNDED = 0.3
"""Times as likely where the answer does not seem to be written from what the model was given."""
LEAST_DOCUMENT_CHARACTERS = 40
LEAST_PASTED_CHARACTERS = 160
LEAST_SHARED: Mapping["Place", float] = {"retrieved": 0.12, "instructions": 0.3, "pasted": 0.45}
"""Of an answer's longer words, how many stand in the texts where it was written from them."""
CONFIDENCE: Mapping["Place", float] = {"retrieved": 0.9, "instructions": 0.75, "pasted": 0.6}
CONFIDENCE_UNGROUNDED = 0.3
LEAST_FOUND = 2
"""Claims that were found, where the answer is in another language than the texts."""
MOST_SHOWN = 3
LONGEST_SHOWN = 60

_WORD = re.compile(r"[^\W\d_]{5,}")
_HAS_CLAIM = re.compile(r"[0-9٠-٩०-९]|://|@|[\"«“„「]|[^\W\d_a-z]{2}|[ \u00a0][^\W\d_a-zß-ÿ]")

Place = Literal["retrieved", "instructions", "pasted"]


class Grounding:
    """What the model was given, as it grows from turn to turn: all of it to look up, and what an answer may rest on."""

    def __init__(self) -> None:
        self.sources = Sources()
        self.words: dict[Place, set[str]] = {"retrieved": set(), "instructions": set(), "pasted": set()}

    def add(self, place: Place, text: str, least: int = LEAST_DOCUMENT_CHARACTERS) -> None:
        self.sources.add(text)
        if len(text) >= least:
            self.words[place].update(_WORD.findall(text[:MAX_CHARACTERS].lower()))

    def rests_on(self, answer: str, checked: Checked) -> Place | None:
        """Where the answer seems to be taken from; None where it is not."""
        words = set(_WORD.findall(answer.lower()))
        for place, known in self.words.items():
            shared = len(words & known) / len(words) if words else 0.0
            if known and (shared >= LEAST_SHARED[place] or is_mostly_found(checked)):
                return place
        return None


def is_mostly_found(checked: Checked) -> bool:
    return checked.supported >= max(LEAST_FOUND, 2 * len(checked.unsupported))


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer with claims that stand nowhere in what the model was given."""
    grounding = Grounding()
    for turn in material.conversation.turns:
        add_given(grounding, material, turn)
        if any(grounding.words.values()):
            for attempt, answer in enumerate(turn.answers):
                if _HAS_CLAIM.search(answer.text):
                    yield from _judge(Target(turn, attempt), grounding)
        for answer in turn.answers:
            grounding.sources.add(answer.text)


def add_given(grounding: Grounding, material: Material, turn: Turn) -> None:
    """Take in what the model was given for a turn: the message, documents, instructions, results of tools."""
    grounding.add("pasted", turn.user_text, LEAST_PASTED_CHARACTERS)
    grounding.add("retrieved", without(turn.sent_text, turn.user_text))
    grounding.sources.add(tell_day(turn))
    for call in (call for answer in turn.answers for call in material.calls_of(answer)):
        grounding.add("instructions", call.system_instructions)
        for message in call.input_messages:
            if message.role == "system":
                grounding.add("instructions", message.content)
            elif message.role == "tool":
                grounding.add("retrieved", message.content, 1)
            elif message.role == "user":
                grounding.add("retrieved", without(message.content, turn.user_text))
        for value in call.prompt_variables.values():
            grounding.add("retrieved", without(str(value), turn.user_text))
    traces = {part.trace_id for part in turn.parts}
    for run in material.tool_runs:
        if run.trace_id in traces:
            grounding.sources.add(run.arguments)
            grounding.add("retrieved", run.result, 1)


def without(sent: str, own: str) -> str:
    """What a program wrote around the user's own words."""
    return "" if sent == own else sent.replace(own, " ") if own else sent


def tell_day(turn: Turn) -> str:
    """The day of the answer, which the model may know."""
    seconds = turn.answer.start_time_ns // 10**9
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %A}" if 0 < seconds < 10**10 else ""


def _judge(target: Target, grounding: Grounding) -> Iterator[Signal]:
    text = target.answer.text
    checked = check_answer(text, grounding.sources, target.turn.user_text)
    place = grounding.rests_on(text, checked)
    # Who pastes a text mostly wants it put otherwise: what stands in quotation marks is then the proposal.
    claims = [claim for claim in checked.unsupported if place != "pasted" or claim.kind != "quotation"]
    if claims:
        yield _pin(target, claims, checked.supported, place)


def _pin(target: Target, claims: Sequence[Claim], found: int, place: Place | None) -> Signal:
    score = weigh(claims) * (1.0 if place else WEIGHT_UNGROUNDED)
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label=max(claims, key=weigh_claim).kind,
        score=score,
        confidence=CONFIDENCE[place] if place else CONFIDENCE_UNGROUNDED,
        fired=score >= THRESHOLD,
        polarity=-1,
        evidence=Evidence(
            reason=describe(target.answer.text, claims, place),
            offsets=tuple((claim.start, claim.end) for claim in claims),
            span_ids=(target.answer.span_id,),
            numbers={"found": found, "not_found": len(claims)},
            text="answer",
        ),
    )


def weigh_claim(claim: Claim) -> float:
    return WEIGHTS[claim.kind] * claim.doubt


def weigh(claims: Sequence[Claim]) -> float:
    """How likely at least one of them is wrong, as if each stood for itself; the doubtful ones count as one."""
    weights = [weigh_claim(claim) for claim in claims]
    doubtful = max((weight for weight in weights if weight < THRESHOLD), default=0.0)
    return 1 - (1 - doubtful) * math.prod(1 - weight for weight in weights if weight >= THRESHOLD)


def describe(text: str, claims: Sequence[Claim], place: Place | None) -> str:
    shown = [" ".join(text[claim.start : claim.end].split())[:LONGEST_SHOWN] for claim in claims[:MOST_SHOWN]]
    more = f" and {len(claims) - MOST_SHOWN} more" if len(claims) > MOST_SHOWN else ""
    verb = "stands" if len(claims) == 1 else "stand"
    reason = f"{', '.join(shown)}{more} {verb} in nothing that the model was given or told"
    return reason if place else f"{reason}, but the answer does not seem to rest on that"


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Not in the sources",
    what="The answer tells numbers, dates, names, links or quotations that stand in nothing that the model was given.",
    detect=detect,
)
