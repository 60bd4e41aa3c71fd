"""What is known of a conversation comes in, its observation goes out: what every detector measured, and where it
belongs."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from drift.detectors import DETECTORS, Measured, Observed
from drift.observing.records import FIRST_DAY, LAST_DAY, Observation
from feedback.languages import identify_language, is_plainly_english, read_prose
from tracing.texts.stand_ins import blank

CODE_VERSION = "1"
"""To be raised when the same conversation may give another observation: all are then made anew, for days of old code
and of new would differ without any drift."""
DAY_NS = 86_400 * 10**9
SURE = 0.8
"""Of a language."""
READ_MESSAGES, READ_CHARACTERS = 5, 400
"""For the language: so many messages, and so much of each."""
MOST_CHARACTERS = 2_000
"""Of a first message; its vector is of the start and the end of that."""


@dataclass(frozen=True, slots=True)
class Call:
    """The version of the prompt and the model that a call asked for, empty where it does not tell."""

    prompt_version: str = ""
    model: str = ""


def observe(observed: Observed, first: Call, told: int) -> Observation:
    """Without its vector. `first` is its first call, `told` a digest of what its estimate rests on."""
    conversation, opening = observed.conversation, read_opening(observed)
    return Observation(
        conversation_id=conversation.conversation_id,
        day=find_day(conversation.start_time_ns),
        time_ns=conversation.start_time_ns,
        service_name=conversation.service_name,
        environment=conversation.environment,
        prompt_version=first.prompt_version,
        model=first.model or conversation.turns[0].answers[0].model,
        language=find_language(observed.messages),
        measured=dict(measure_all(observed)),
        text_hash=hash_text(opening),
        told=told,
        code_version=CODE_VERSION,
    )


def measure_all(observed: Observed) -> Iterator[tuple[str, Measured]]:
    """What each detector measured, by the name of its metric; those that have nothing to measure are left out."""
    for detector in DETECTORS:
        measured = detector.measure(observed) if detector.measure else None
        if measured is not None:
            yield detector.metric.name, measured


def read_opening(observed: Observed) -> str:
    """The first message; empty where it has no words, or they are not kept."""
    return blank(observed.turns[0].user_text)[:MOST_CHARACTERS].strip()


def find_day(time_ns: int) -> date:
    """In UTC; clocks of apps may say anything."""
    days = time_ns // DAY_NS
    return min(max(FIRST_DAY, date(1970, 1, 1) + timedelta(days=days)), LAST_DAY) if 0 <= days < 10**5 else FIRST_DAY


def find_language(messages: Iterable[str]) -> str:
    """The code of the language that most of the text is in; empty where that is not sure."""
    read = [blank(text)[:READ_CHARACTERS] for text, _ in zip(messages, range(READ_MESSAGES), strict=False)]
    prose = " ".join(map(read_prose, read)).strip()
    if not prose:
        return ""
    if is_plainly_english(prose):
        return "en"
    language = identify_language(prose)
    return language.code if language.confidence >= SURE else ""


def hash_text(text: str) -> int:
    """Another text has, all but certainly, another one; 0 is that of none."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()) if text else 0
