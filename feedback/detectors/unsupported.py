"""The answer tells what nobody told it: answers and what the model was given come in, signals go out.

Numbers, dates, names, links and quotations of an answer are looked up in the documents, the results of tools, the
instructions and the conversation. Only answers that rest on something can be checked: a chat about the world at large,
or a request to write something, has its numbers from the model, and gives no signal.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from feedback.claims import MAX_CHARACTERS, Checked, Claim, ClaimKind, Sources, check_answer
from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.texts import Texts
from tracing.conversations import Turn
from tracing.generations import Generation

KIND = "unsupported"
VERSION = "1"
THRESHOLD = 0.5
LEAST_SCORE = 0.2
"""Of a claim that is told: a lone word that opens a sentence is hardly ever a wrong name."""

WEIGHTS: Mapping[ClaimKind, float] = {
    "number": 0.8,
    "date": 0.8,
    "name": 0.85,
    "identifier": 0.85,
    "link": 0.95,
    "quotation": 0.7,
}
"""Of answers with one such claim that was not found, how many are wrong, where one in five is."""
WEIGHT_UNGROUNDED = 0.3
"""Times as likely where the answer does not seem to be written from what the model was given."""
LEAST_CHARACTERS: Mapping["Place", int] = {"retrieved": 1, "prompt": 40, "pasted": 160}
LEAST_SHARED: Mapping["Place", float] = {"retrieved": 0.12, "prompt": 0.3, "pasted": 0.45}
"""Of an answer's longer words, how many stand in the texts where it was written from them."""
LEAST_DIGITS = 8
"""Of a text that an answer in another language may be written from."""
LEAST_FOUND = 2
"""Claims that are found, where an answer in another language is written from a text."""
CONFIDENCE: Mapping["Place", float] = {"retrieved": 0.9, "prompt": 0.75, "pasted": 0.6}
CONFIDENCE_UNGROUNDED = 0.3
MOST_SHOWN = 3
LONGEST_SHOWN = 60

_WORD = re.compile(r"[^\W\d_]{5,}")
_DIGIT = re.compile(r"\d")
_HAS_CLAIM = re.compile(r"\d|://|@|[\"«“„「]|[^\W\d_a-z]{2}|[ \u00a0][^\W\d_a-zß-ÿ]")

Place = Literal["retrieved", "prompt", "pasted"]
"""Where a text stood: result of a tool; instructions or a message that a program wrote; what the user typed."""


class Grounding:
    """What the model was given, as it grows from turn to turn: all of it to look up, and what an answer may rest on."""

    def __init__(self) -> None:
        self.sources = Sources()
        self.words: dict[Place, set[str]] = {}
        self.digits: Counter[Place] = Counter()

    def add(self, place: Place, text: str) -> None:
        if self.sources.add(text) and len(text) >= LEAST_CHARACTERS[place]:
            text = text[:MAX_CHARACTERS]
            self.words.setdefault(place, set()).update(_WORD.findall(text.lower()))
            self.digits[place] += len(_DIGIT.findall(text))

    def share(self, answer: str) -> dict[Place, float]:
        """How much of the answer's words each kind of text shares, 0 to 1; empty where it can rest on none."""
        words = set(_WORD.findall(answer.lower()))
        shares = {place: len(words & known) / max(1, len(words)) for place, known in self.words.items()}
        may_rest = any(
            self.digits[place] >= LEAST_DIGITS or shared >= LEAST_SHARED[place] / 2 for place, shared in shares.items()
        )
        return shares if may_rest else {}


def find_place(shares: Mapping[Place, float], checked: Checked) -> Place | None:
    """Where the answer seems to be taken from; None where it is not."""
    if checked.supported >= max(LEAST_FOUND, 2 * len(checked.unsupported)):
        return max(shares, key=shares.__getitem__)
    return next((place for place, shared in shares.items() if shared >= LEAST_SHARED[place]), None)


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer with claims that stand nowhere in what the model was given."""
    grounding = Grounding()
    for turn in material.conversation.turns:
        add_given(grounding, material, turn)
        for attempt, answer in enumerate(turn.answers):
            shares = grounding.share(answer.text) if grounding.words and _HAS_CLAIM.search(answer.text) else {}
            if shares:
                yield from _judge(Target(turn, attempt), grounding.sources, shares)
        for answer in turn.answers:
            grounding.sources.add(answer.text)


def add_given(grounding: Grounding, material: Material, turn: Turn) -> None:
    """Take in what the model was given for a turn: the message, documents, instructions, results of tools."""
    for answer in turn.answers:
        for call in material.calls_of(answer):
            add_call(grounding, call, turn.user_text)
    traces = {part.trace_id for part in turn.parts}
    for run in material.tool_runs:
        if run.trace_id in traces:
            grounding.add("retrieved", run.result)
            grounding.sources.add(run.arguments)
    grounding.add("prompt", without(turn.sent_text, turn.user_text))
    grounding.add("pasted", turn.user_text)
    grounding.sources.add(tell_day(turn))


def add_call(grounding: Grounding, call: Generation, own: str) -> None:
    for message in call.input_messages:
        if message.role in ("tool", "system"):
            grounding.add("retrieved" if message.role == "tool" else "prompt", message.content)
        elif message.role == "user":
            grounding.add("prompt", without(message.content, own))
    for message in call.output_messages:
        for tool_call in message.tool_calls:
            grounding.sources.add(str(tool_call.arguments))
    for value in call.prompt_variables.values():
        grounding.add("prompt", without(str(value), own))
    grounding.add("prompt", call.system_instructions)


def without(sent: str, own: str) -> str:
    """What a program wrote around the user's own words."""
    return "" if sent == own else sent.replace(own, " ") if own else sent


def tell_day(turn: Turn) -> str:
    """The day of the answer, which the model may know."""
    seconds = turn.answer.start_time_ns // 10**9
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %A}" if 0 < seconds < 10**10 else ""


def _judge(target: Target, sources: Sources, shares: Mapping[Place, float]) -> Iterator[Signal]:
    checked = check_answer(target.answer.text, sources, target.turn.user_text)
    place = find_place(shares, checked)
    claims = [claim for claim in checked.unsupported if weigh_claim(claim) >= LEAST_SCORE]
    if place == "pasted":
        # Who pastes a text mostly wants it put otherwise: what stands in quotation marks is then the proposal.
        claims = [claim for claim in claims if claim.kind != "quotation"]
    if claims and (place or "retrieved" in shares):
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
    texts=Texts.CONVERSATION,
)
