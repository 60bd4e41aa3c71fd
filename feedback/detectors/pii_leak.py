"""An answer holds somebody's personal data, or a secret: answers in, signals out, by recognisers with check digits.

What the user gave in this conversation is theirs to read again. What documentation uses, and how to reach an
organisation, is told with a low score. The label is the kind: `card`, `key`, `email`, …
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, list_targets, pin_signal
from feedback.detectors.texts import Texts
from tracing.personal_data import Finding, find_personal_data, mask_value

KIND = "pii_leak"
VERSION = "1"
THRESHOLD = 0.5
OF_SAMPLES = 0.2
OF_ORGANISATIONS = 0.4
OF_MADE_UP = 0.4
"""By what the confidence of a finding is multiplied, where it is hardly anybody's."""
PHONE_TAIL = 7
"""Digits at the end of a phone number that are the same with and without a country's code."""

_MADE_UP = re.compile(
    r"\b(?:fake|dummy|mock(?:ed|up)?|samples?|examples?|placeholders?|made[- ]up|fiction(?:al)?|fictitious|synthetic"
    r"|random|test (?:data|cases?|numbers?)|seed data|fixtures?|regex(?:p|es)?|beispiel\w*|ejemplos?|exemples?"
    r"|esemp\w+|exemplos?|voorbeeld\w*|przykład\w*)\b|пример|例|예시|उदाहरण|مثال",
    re.IGNORECASE,
)
_PLACES = re.compile(
    r"\b(?:restaurants?|hotels?|guest ?houses?|hostels?|museums?|caf[eé]s?|pubs?|shops?|stores?|salons?|barbers?"
    r"|dentists?|doctors?"
    r"|clinics?|hospitals?|pharmac(?:y|ies)|garages?|venues?|theat(?:re|er)s?|cinemas?|galler(?:y|ies)"
    r"|church(?:es)?|schools?"
    r"|colleges?|parks?|pools?|taxis?|cabs?|airlines?|airports?|stations?|attractions?|night ?clubs?|reservations?"
    r"|bookings?"
    r"|booked|appointments?|tables? for|serves?|opening hours|entrance fee|check-?in|plumbers?|electricians?|mechanics?"
    r"|food|cuisine|liquor|live music|furnished|property|apartments?|bed and breakfast|tickets?|postcode|per night"
    r"|dining|tourists?"
    r"|restaurante|h[oô]tel|albergo|museo|mus[eé]e|tienda|negozio|magasin|winkel|apotheke|arzt|zahnarzt|praxis"
    r"|gaststätte)\b",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"\b(?:his|hers?|he|she|customers?|clients?|patients?|employees?|staff|tenants?|colleagues?|neighbou?rs?"
    r"|passengers?|students?"
    r"|members?|applicants?|candidates?|owners?|residents?|users?|mr|mrs|ms|wife|husband|mother|father|son|daughter"
    r"|friends?"
    r"|boyfriend|girlfriend|personal|private|home (?:number|address)|lives?|mobile|cell)\b",
    re.IGNORECASE,
)
_NEAR = 80
"""Characters before a value whose words are about it."""
KEPT, LONGEST_KEPT = 2_000, 5_000
"""Answers of which is remembered what was found, and the characters of the longest of them."""
_CONTACTS = frozenset(("email", "phone", "street_address"))


def find_in(text: str) -> Sequence[Finding]:
    return find_kept(text) if len(text) <= LONGEST_KEPT else find_personal_data(text)


@lru_cache(KEPT)
def find_kept(text: str) -> Sequence[Finding]:
    """A conversation is listened to again at each of its turns, and its earlier answers are the same."""
    return tuple(find_personal_data(text))


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer and kind of data in it that the user did not give."""
    for target in list_targets(material.conversation):
        if found := find_in(target.answer.text):
            yield from _detect_in(material, target, found)


def _detect_in(material: Material, target: Target, found: Sequence[Finding]) -> Iterator[Signal]:
    said = "\n".join(turn.user_text for turn in material.conversation.turns if turn.index <= target.turn.index)
    given = Given(said)
    text = target.answer.text
    leaks = [each for each in found if not given.has(each, text[each.start : each.end])]
    if not leaks:
        return
    context = read_context(material, target, said)
    for kind, group in groupby(sorted(leaks, key=lambda each: each.kind), key=lambda each: each.kind):
        yield _pin(target, kind, [Weighed(each, *_weigh(each, context)) for each in group], context)


class Given:
    """What the user said in the conversation so far, to be asked whether a value is theirs."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain = keep_plain(text)
        self._digits = "".join(filter(str.isdigit, text))

    def has(self, finding: Finding, value: str) -> bool:
        """Whether the user gave it, in whatever grouping; a phone number with or without its country's code."""
        if finding.kind == "date_of_birth":
            return any(year in self._text for year in re.findall(r"\d{4}", value)) or keep_plain(value) in self._plain
        if finding.kind == "phone":
            return "".join(filter(str.isdigit, value))[-PHONE_TAIL:] in self._digits
        return keep_plain(value) in self._plain


def keep_plain(text: str) -> str:
    """Letters in lower case and digits alone.

    >>> keep_plain("DE44 5001-0517")
    'de4450010517'
    """
    return "".join(filter(str.isalnum, text.casefold()))


@dataclass(frozen=True, slots=True)
class Context:
    """What else tells whose a value is. Texts that the model got are kept plain."""

    answer: str
    instructions: str
    tools: str
    documents: str
    asks_for_examples: bool
    is_about_place: bool
    """Whether a shop, a hotel, a doctor is talked about, and no person was asked for."""

    def tell_origin(self, value: str) -> str:
        """Where the model got the value from, as far as that is known."""
        plain = keep_plain(value)
        if plain in self.tools:
            return ": a tool returned it"
        if plain in self.documents:
            return ": it stands in a document that was sent along"
        return ": it stands in the system prompt" if plain in self.instructions else ""


def read_context(material: Material, target: Target, said: str) -> Context:
    """Return what the model got for an answer and what the talk is about. `said` is all that the user said so far."""
    calls = material.calls_of(target.answer)
    traces = {part.trace_id for part in target.answer.parts}
    messages = [message for call in calls for message in call.input_messages]
    results = [run.result for run in material.tool_runs if run.trace_id in traces]
    user_text = target.turn.user_text
    return Context(
        answer=target.answer.text,
        instructions=_keep_all(call.system_instructions for call in calls),
        tools=_keep_all([*(message.content for message in messages if message.role == "tool"), *results]),
        documents=_keep_all([target.turn.sent_text, *(each.content for each in messages if each.role == "user")]),
        asks_for_examples=_MADE_UP.search(user_text) is not None,
        is_about_place=_PLACES.search(f"{said}\n{target.answer.text}") is not None and not _PEOPLE.search(user_text),
    )


def _keep_all(texts: Iterable[str]) -> str:
    return "\n".join(map(keep_plain, dict.fromkeys(texts)))


@dataclass(frozen=True, slots=True)
class Weighed:
    """A finding, its score, and what took from it."""

    finding: Finding
    score: float
    excuse: str


def _weigh(finding: Finding, context: Context) -> tuple[float, str]:
    contact = finding.kind in _CONTACTS
    if finding.sample:
        return finding.confidence * OF_SAMPLES, "of the sort that examples use"
    if contact and keep_plain(context.answer[finding.start : finding.end]) in context.instructions:
        return finding.confidence * OF_ORGANISATIONS, "that the system prompt gives, so it is likely its own"
    if finding.public:
        return finding.confidence * OF_ORGANISATIONS, "that looks like an organisation's own"
    before = context.answer[max(0, finding.start - _NEAR) : finding.start]
    if contact and context.is_about_place and not _PEOPLE.search(before):
        return finding.confidence * OF_ORGANISATIONS, "that looks like a place's own"
    if context.asks_for_examples:
        return finding.confidence * OF_MADE_UP, "but examples were asked for"
    return finding.confidence, ""


def _pin(target: Target, kind: str, weighed: Sequence[Weighed], context: Context) -> Signal:
    worst = max(weighed, key=lambda each: each.score)
    fired = worst.score >= THRESHOLD
    told = [each.finding for each in weighed if each.score >= THRESHOLD or not fired]
    value = context.answer[worst.finding.start : worst.finding.end]
    more = f" and {len(told) - 1} more" if len(told) > 1 else ""
    why = worst.excuse or f"that the user did not give{context.tell_origin(value)}"
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label=kind,
        score=worst.score,
        confidence=worst.finding.confidence,
        fired=fired,
        polarity=-1 if fired else 0,
        evidence=Evidence(
            reason=f"the answer holds {worst.finding.name} ({mask_value(value)}){more} {why}",
            offsets=tuple((each.start, each.end) for each in told),
            numbers={"found": len(told)},
            text="answer",
            span_ids=(target.answer.span_id,),
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Personal data",
    what="The answer holds somebody's personal data, or a secret, that the user did not give.",
    detect=detect,
    texts=Texts.TURN,
)
