"""Which conversation a trace without a conversation id is in: the one of the trace that it goes on from.

In come the traces that are known of, and links (which keys were told by which trace, see `tracing.histories`); out goes
a `Place` for each trace. Where people are not known, only a history that one conversation alone told is gone on with:
a missed link is better than two users in one conversation. A known user's latest is meant.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tracing.conversations import TracedExchange
from tracing.histories import find_reach


@dataclass(frozen=True, slots=True)
class Link:
    """A key that an exchange told, or that it may go on from; `start_time_ns` is when the exchange began."""

    key: int
    told: bool
    trace_id: str
    start_time_ns: int

    @property
    def order(self) -> tuple[int, str]:
        return self.start_time_ns, self.trace_id


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The exchanges of one trace that sent no conversation id, by time."""

    exchanges: tuple[TracedExchange, ...]
    stored: str
    """The conversation that it is in up to now; empty where it is new."""
    is_open: bool
    """Whether what it goes on from is to be looked for (again)."""

    @property
    def trace_id(self) -> str:
        return self.exchanges[0].answer.trace_id

    @property
    def order(self) -> tuple[int, str]:
        return self.exchanges[0].answer.start_time_ns, self.trace_id


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trace belongs; `follows` is the trace that it goes on from, empty where it begins a conversation."""

    conversation_id: str
    follows: str


def name_conversation(trace_id: str) -> str:
    """The id of the conversation that a trace without an id begins."""
    return f"trace:{trace_id}"


def list_links(exchanges: Iterable[TracedExchange]) -> dict[tuple[int, bool, str], Link]:
    """What the exchanges of one trace told, and what the first of them goes on from, by what tells links apart."""
    ordered = sorted(exchanges, key=lambda each: each.order)
    links = [
        Link(key, True, each.answer.trace_id, each.answer.start_time_ns) for each in ordered for key in each.answer.told
    ]
    for each in ordered[:1]:
        links += [Link(key, False, each.answer.trace_id, each.answer.start_time_ns) for key in each.answer.continues]
    return {(link.key, link.told, link.trace_id): link for link in reversed(links)}


def find_places(
    dialogues: Iterable[Dialogue], told: Mapping[int, Sequence[Link]], stored: Mapping[str, str]
) -> dict[str, Place]:
    """The place of each of these traces. `told` has the links by key, the latest last; `stored` the conversations of
    traces that are not among these."""
    places: dict[str, Place] = {}
    known = dict(stored)
    for dialogue in sorted(dialogues, key=lambda each: each.order):
        follows = dialogue.exchanges[0].answer.follows
        if dialogue.is_open:
            follows = find_followed(dialogue, told, known)
        begun = known.get(follows, "") if follows else ""
        staying = "" if dialogue.is_open else dialogue.stored
        place = Place(begun or staying or name_conversation(dialogue.trace_id), follows)
        places[dialogue.trace_id] = place
        known[dialogue.trace_id] = place.conversation_id
    return places


def find_followed(dialogue: Dialogue, told: Mapping[int, Sequence[Link]], known: Mapping[str, str]) -> str:
    """The trace that this one goes on from; empty where there is none, or where it cannot be told."""
    first = dialogue.exchanges[0].answer
    for key in first.continues:
        earliest = first.start_time_ns - find_reach(key)
        found = [
            link
            for link in told.get(key, ())
            if link.order < dialogue.order and link.trace_id != dialogue.trace_id and link.start_time_ns >= earliest
        ]
        if found:
            conversations = {known.get(link.trace_id, name_conversation(link.trace_id)) for link in found}
            return found[-1].trace_id if first.user_id or len(conversations) == 1 else ""
    return ""


def put(dialogue: Dialogue, place: Place) -> list[TracedExchange]:
    """The exchanges of a trace as they stand in the conversation where it belongs."""
    first, *others = (replace(each, conversation_id=place.conversation_id) for each in dialogue.exchanges)
    return [replace(first, answer=replace(first.answer, follows=place.follows)), *others]
