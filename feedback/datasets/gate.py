"""Who and what may be learnt from at all: a conversation comes in, why it stays out goes out, or None; then its rows.

What a person said of training is in the metadata of the model calls (`training_consent`), and so is what the app calls
them. A row also stays out where its text, the history in it included, is of a model whose terms forbid it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from feedback.datasets.cleaning.language import tell_language
from feedback.datasets.record import Drop, LabelledConversation, Reason, Record
from feedback.datasets.steps import Context
from tracing.conversations import Answer
from tracing.generations import Generation

CONSENT_NAMES: Final = ("training_consent", "tacit.training_consent")
GIVEN: Final = frozenset(("yes", "y", "true", "1", "granted", "given", "agreed", "allowed", "opted_in", "opt_in"))
NOT_SAID: Final = frozenset(("", "unknown", "none", "null", "unset", "not_asked", "pending"))
"""Any other word is a refusal: one that nobody can read costs a row, not somebody's trust."""

SHORTEST_USER_ID: Final = 6
IDENTITY_NAMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("username", "userfullname", "userdisplayname", "fullname", "displayname"), "name"),
    **dict.fromkeys(("firstname", "lastname", "userfirstname", "userlastname", "customername"), "name"),
    **dict.fromkeys(("useremail", "usermail", "email", "customeremail"), "email"),
    **dict.fromkeys(("userphone", "phone", "phonenumber", "customerphone"), "phone"),
}
"""Names in an app's metadata, letters alone and in lower case, under which it tells who its user is."""
_USER_ID = re.compile(r"[\d@._-]")


def refuse(labelled: LabelledConversation, context: Context) -> Reason | None:
    """Why no row may come of the conversation; None where some may."""
    conversation = labelled.conversation
    if context.is_forgotten(conversation.user_id, conversation.conversation_id):
        return Reason.FORGOTTEN
    consent = read_consent(labelled.generations.values())
    if consent is False:
        return Reason.CONSENT_REFUSED
    return Reason.CONSENT_UNKNOWN if consent is None and context.definition.consent == "only_given" else None


def read_consent(generations: Iterable[Generation]) -> bool | None:
    """The last word that any of the calls has of it; of calls at the same time the refusal."""
    said = [(each.start_time_ns, word) for each in generations for word in _read_words(each.metadata)]
    return max(said, key=lambda each: (each[0], not each[1]))[1] if said else None


def _read_words(metadata: Mapping[str, Any]) -> Iterator[bool]:
    for name in CONSENT_NAMES:
        word = str(metadata.get(name, "")).strip().lower().replace("-", "_").replace(" ", "_")
        if word not in NOT_SAID:
            yield word in GIVEN


def admit(
    labelled: LabelledConversation, candidates: Iterable[Record | Drop], context: Context
) -> Iterator[Record | Drop]:
    """The same, one for one: rows with words of a model that is left out go; the others know who wrote, and in what
    language."""
    licence = Licence(labelled, context.definition.models_left_out)
    identity = list_identity(labelled)
    speak = cache(lambda turn_index: _find_language(labelled, turn_index))
    for candidate in candidates:
        if isinstance(candidate, Drop):
            yield candidate
        elif licence.forbids(candidate):
            yield Drop(Reason.LICENCE)
        else:
            language = candidate.language or speak(candidate.provenance.turn_index)
            yield replace(candidate, language=language, identity=identity)


def _find_language(labelled: LabelledConversation, turn_index: int) -> str:
    """Of what the user typed up to a turn, the last first: a template around it is the app's."""
    turns = [turn for turn in labelled.conversation.turns if turn.index <= turn_index]
    return tell_language(turn.user_text for turn in reversed(turns))


class Licence:
    """Which answers of a conversation are of a model or provider that is left out."""

    def __init__(self, labelled: LabelledConversation, left_out: Iterable[str]) -> None:
        self._left_out = tuple(pattern.strip().lower() for pattern in left_out if pattern.strip())
        self._forbidden = frozenset(
            (turn.index, part.trace_id, part.span_id)
            for turn in labelled.conversation.turns
            for answer in turn.answers
            for part in answer.parts
            if self._left_out and self._is_of(labelled.generations, answer)
        )

    def forbids(self, record: Record) -> bool:
        """Whether it holds one: its own answers, and every answer to an earlier message."""
        source = record.provenance
        own = {(source.trace_id, source.span_id), (source.rejected_trace_id, source.rejected_span_id)}
        return any(
            turn_index < source.turn_index or (turn_index == source.turn_index and (trace_id, span_id) in own)
            for turn_index, trace_id, span_id in self._forbidden
        )

    def _is_of(self, generations: Mapping[str, Generation], answer: Answer) -> bool:
        parts = answer.parts
        spans = {span for part in parts for span in (part.span_id, *part.generation_span_ids)}
        calls = [generations[span] for span in spans if span in generations]
        names = [name for call in calls for name in (call.provider, call.request_model, call.response_model)]
        names += [part.model for part in parts]
        return any(_matches(name.lower(), pattern) for name in names if name for pattern in self._left_out)


def _matches(name: str, pattern: str) -> bool:
    """Whether a name, with or without who offers it, is meant.

    >>> _matches("openai/gpt-5-mini", "gpt-5*"), _matches("gpt-5-mini", "gpt-5")
    (True, False)
    """
    names = (name, name.rsplit("/", 1)[-1])
    if pattern.endswith("*"):
        return any(each.startswith(pattern[:-1]) for each in names)
    return pattern in names


def list_identity(labelled: LabelledConversation) -> tuple[tuple[str, str], ...]:
    """What the app calls its user, by kind: names, addresses and the id, where it is one that tells."""
    told = {pair for call in labelled.generations.values() for pair in _read_identity(call.metadata)}
    user_id = labelled.conversation.user_id.strip()
    if len(user_id) >= SHORTEST_USER_ID and _USER_ID.search(user_id):
        told.add(("email" if "@" in user_id else "user", user_id))
    elif re.fullmatch(r"[^\W\d_]+(?: [^\W\d_]+){1,3}", user_id):
        told.add(("name", user_id))
    return tuple(sorted(told))


def _read_identity(metadata: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in metadata.items():
        plain = prefix + re.sub("[^a-z]", "", str(name).lower())
        if isinstance(value, Mapping) and plain in ("user", "customer"):
            yield from _read_identity(value, plain)
        elif (kind := IDENTITY_NAMES.get(plain)) and isinstance(value, str) and value.strip():
            yield kind, value.strip()
