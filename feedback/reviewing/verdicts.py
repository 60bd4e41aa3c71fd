"""What holds of reviewed messages and answers becomes verdicts on the signals there: see `applying` beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from feedback.confirmations import MISSABLE, Said, SignalKey, is_told_by_person, load_confirmations, write_confirmation
from feedback.confirming import NoSignalError, find_missed
from feedback.detectors.signal import Signal
from feedback.records import load_signals_of_turns
from feedback.review.measuring import LABELS
from feedback.review.questions import ALONE, CANNOT_TELL, FIXED, Question
from feedback.reviewing.settled import SettledReview, load_settled
from tracing.store import Store


@dataclass(frozen=True, slots=True)
class Held:
    """What holds of a kind of signal in a turn."""

    turn_index: int
    kind: str
    verdict: Literal["confirmed", "rejected"]
    said_by: str
    queue: int


def apply_verdicts(store: Store, project_id: int, conversation_id: str) -> None:
    """Let the verdicts that queues gave on signals of a conversation be those that hold now."""
    held = find_held(load_settled(store, project_id, conversation_ids=[conversation_id]))
    said = load_confirmations(store, project_id, [conversation_id]).get(conversation_id, [])
    for each in said:
        if not is_kept(each, held):
            write_confirmation(store, project_id, each.key, None, None, "", each.queue)
    kept = [each for each in said if is_kept(each, held)]
    for turn_index, of_turn in groupby(held.values(), key=lambda now: now.turn_index):
        heard = load_signals_of_turns(store, project_id, conversation_id, turn_index, turn_index + 1)
        for now in of_turn:
            give_verdict(store, project_id, conversation_id, now, heard, kept)


def find_held(settled: Iterable[SettledReview]) -> Mapping[tuple[int, str], Held]:
    """By turn and kind, what holds of each kind that was asked about, unless nobody could tell; in their order."""
    found = {}
    for each in sorted(settled, key=lambda each: each.version):
        if each.question in (Question.REACTION, Question.ANSWER) and CANNOT_TELL not in each.choices:
            for kind in list_kinds(each.question):
                verdict: Literal["confirmed", "rejected"] = "confirmed" if kind in each.choices else "rejected"
                held = Held(each.turn_index, kind, verdict, ", ".join(each.said_by), each.queue)
                found[each.turn_index, kind] = held
    return dict(sorted(found.items()))


def list_kinds(question: Question) -> list[str]:
    return [choice.key for choice in FIXED[question].choices if choice.key not in ALONE]


def is_kept(said: Said, held: Mapping[tuple[int, str], Held]) -> bool:
    """Whether what is written of a signal stays: a person's own press does, a queue's verdict while it holds."""
    now = held.get((said.key.turn_index, said.key.kind))
    return not said.queue or (now is not None and now.verdict == said.confirmation.verdict)


def give_verdict(
    store: Store, project_id: int, conversation_id: str, held: Held, heard: Sequence[Signal], kept: Sequence[Said]
) -> None:
    """Write what holds of the signals of a kind in a turn, but of none that `kept` speaks of."""
    key = SignalKey(conversation_id, held.turn_index, held.kind)
    known = [each for each in kept if (each.key.turn_index, each.key.kind) == (held.turn_index, held.kind)]
    if held.verdict == "confirmed" and any(each.confirmation.verdict == "confirmed" for each in known):
        return
    of_kind = [each for each in heard if each.kind == held.kind and is_meant(each)]
    taken = {(each.key.label, each.key.span_id) for each in known}
    for signal in choose_signals(of_kind, held.verdict):
        if (signal.label, signal.span_id) not in taken:
            pinned = replace(key, label=signal.label, span_id=signal.span_id)
            write_confirmation(store, project_id, pinned, signal, held.verdict, held.said_by, held.queue)
    if held.verdict == "confirmed" and held.kind in MISSABLE and not of_kind and not known:
        tell_missed(store, project_id, key, held)


def is_meant(signal: Signal) -> bool:
    """Whether a detector heard it, and the question asks about its sort: of refusals, about needless ones alone."""
    return not is_told_by_person(signal) and signal.label == LABELS.get(signal.kind, signal.label)


def choose_signals(of_kind: Sequence[Signal], verdict: str) -> list[Signal]:
    """Those that fired; where the kind is there though none fired, that which was nearest to it."""
    fired = [each for each in of_kind if each.fired]
    if fired or verdict == "rejected" or not of_kind:
        return fired
    return [max(of_kind, key=lambda each: (each.score, each.label, each.span_id))]


def tell_missed(store: Store, project_id: int, key: SignalKey, held: Held) -> None:
    try:
        missed = find_missed(store, project_id, key)
    except NoSignalError:  # the turn is gone, or nothing stands before it that it could be about
        return
    write_confirmation(store, project_id, missed, None, "confirmed", held.said_by, held.queue)
