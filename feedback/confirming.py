"""The door by which a person's word on a signal is kept: a key and a verdict come in, what stands now goes out."""

from dataclasses import replace
from typing import Literal

from feedback.confirmations import FACTS, MISSABLE, Said, SignalKey, is_told_by_person, write_confirmation
from feedback.detectors.exchanges import pair_turns
from feedback.detectors.signal import Signal
from feedback.records import load_signals_of_turns
from tracing.records.excerpts import load_excerpt
from tracing.store import Store

TURNS_BEFORE = 1


class ConfirmationError(Exception):
    """What was said of a signal cannot be kept; the message says why and what would do."""


class NoSignalError(ConfirmationError):
    """There is nothing of the kind to say it of."""


def confirm_signal(
    store: Store,
    project_id: int,
    key: SignalKey,
    verdict: Literal["confirmed", "rejected", None],
    said_by: str,
    *,
    is_whole: bool = True,
) -> tuple[SignalKey, Said | None]:
    """Keep that a signal is right or wrong, or (None) take back what was said of it; its key, and what stands now.

    To confirm what no detector heard says that it was missed. Where the key is not whole, it names kind and label
    alone, and the turn has to have one signal of them. Raises ConfirmationError.
    """
    if key.kind in FACTS:
        raise ConfirmationError(f"A signal of kind {key.kind!r} was said or done on purpose: nobody else can judge it.")
    found = find_signals(store, project_id, key, is_whole=is_whole)
    if len(found) > 1:
        which = ", ".join(f"{signal.label!r} {signal.span_id!r}" for signal in found)
        raise ConfirmationError(f"Turn {key.turn_index} has several; send `label` and `span_id` of one of: {which}.")
    if found:
        signal = None if is_told_by_person(found[0]) else found[0]
        key = replace(key, label=found[0].label, span_id=found[0].span_id)
        return key, write_confirmation(store, project_id, key, signal, verdict, said_by)
    key = find_missed(store, project_id, key)
    if verdict != "confirmed":
        raise NoSignalError(f"Turn {key.turn_index} has no signal {key.kind!r} to be rejected or left alone.")
    return key, write_confirmation(store, project_id, key, None, verdict, said_by)


def find_signals(store: Store, project_id: int, key: SignalKey, *, is_whole: bool) -> list[Signal]:
    """The signals of a turn that the key means; one that is not whole and has no label means those of any."""
    heard = load_signals_of_turns(store, project_id, key.conversation_id, key.turn_index, key.turn_index + 1)
    of_kind = [signal for signal in heard if signal.kind == key.kind]
    if is_whole:
        return [signal for signal in of_kind if (signal.label, signal.span_id) == (key.label, key.span_id)]
    return [signal for signal in of_kind if key.label in ("", signal.label)]


def find_missed(store: Store, project_id: int, key: SignalKey) -> SignalKey:
    """The key that a signal would have which no detector heard. Raises ConfirmationError."""
    first = max(0, key.turn_index - TURNS_BEFORE)
    excerpt = load_excerpt(store, project_id, key.conversation_id, first, key.turn_index - first + 1)
    turns = excerpt.conversation.turns if excerpt else ()
    if excerpt is None or not any(turn.index == key.turn_index for turn in turns):
        raise NoSignalError(f"There is no turn {key.turn_index} of a conversation {key.conversation_id!r} here.")
    if key.kind not in MISSABLE or key.label:
        kinds = ", ".join(MISSABLE)
        raise NoSignalError(f"It has no signal {key.kind!r} {key.label!r}; missing may be {kinds}, without a label.")
    if not key.turn_index:
        raise NoSignalError("The first message of a conversation is about no answer; nothing can be missing there.")
    before = next(previous for previous, turn in pair_turns(excerpt.conversation) if turn.index == key.turn_index)
    return replace(key, span_id=before.answer.span_id)
