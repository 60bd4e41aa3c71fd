"""A signal as a page shows it: in a product person's words, with a shape that says which way it points."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from feedback.confirmations import FACTS, identify_signal, is_told_by_person
from feedback.detectors.signal import Confirmation, Signal

State = Literal["bad", "good", "unsure"]
STATE_ORDER: Mapping[State, int] = {"bad": 0, "unsure": 1, "good": 2}
STATE_WORDS: Mapping[State, str] = {"bad": "went wrong", "unsure": "uncertain", "good": "went well"}
LABELLED_TITLES = {("thumbs", "up"): "Thumb up", ("thumbs", "down"): "Thumb down"}
EXPLICIT_KINDS = frozenset({"thumbs", "rating", "comment", "correction_text"})


@dataclass(frozen=True, slots=True)
class Observation:
    """One signal, ready to be shown. `score` has its sign where it is a tone."""

    kind: str
    title: str
    state: State
    score: str
    reason: str
    confirmation: Confirmation | None = None
    key: str = ""
    """The signal as one word for forms; empty where it was done or said on purpose, which nobody can call wrong."""

    @property
    def state_words(self) -> str:
        return "said to be wrong" if self.verdict == "rejected" else STATE_WORDS[self.state]

    @property
    def brief(self) -> str:
        """Its reason without the words that it quotes, which are marked beside it.

        >>> Observation("sentiment", "Tone", "bad", "", "“it breaks” sounds negative").brief
        'sounds negative'
        >>> Observation("complaint", "Complained", "bad", "", "says “no” about “yes”: tells that it is wrong").brief
        'tells that it is wrong'
        """
        for opens, closes in (("says “", "”: "), ("“", "” ")):
            _, quoted, rest = self.reason.rpartition(closes)
            if quoted and self.reason.startswith(opens):
                return rest
        return self.reason

    @property
    def verdict(self) -> str:
        """What a person said of it: confirmed, rejected or nothing."""
        return self.confirmation.verdict if self.confirmation else ""


def is_shown(signal: Signal) -> bool:
    """Whether a person should see it: it stands and has a direction, or is likely enough to be a question."""
    is_likely = signal.kind != "sentiment" and signal.score >= 0.4
    return signal.polarity != 0 and not signal.is_rejected and (signal.stands or is_likely)


def find_state(signal: Signal) -> State:
    if not signal.stands:
        return "unsure"
    return "bad" if signal.polarity < 0 else "good"


def find_worst(states: Collection[State]) -> State | None:
    return next((state for state in STATE_ORDER if state in states), None)


def name_signal(signal: Signal, titles: Mapping[str, str]) -> str:
    """Return the words for a signal; a kind without words is named by itself."""
    plain = titles.get(signal.kind) or signal.kind.replace("_", " ").capitalize()
    return LABELLED_TITLES.get((signal.kind, signal.label), plain)


def write_score(signal: Signal) -> str:
    if signal.kind == "sentiment":
        return f"{signal.polarity * signal.score:+.1f}".replace("-", "−")
    return "" if signal.kind in EXPLICIT_KINDS or is_told_by_person(signal) else f"{signal.score:.2f}"


def observe_signal(signal: Signal, titles: Mapping[str, str], conversation_id: str = "") -> Observation:
    """The signal as it is shown; with the id of its conversation it can be confirmed and rejected there."""
    return Observation(
        kind=signal.kind,
        title=name_signal(signal, titles),
        state=find_state(signal),
        score=write_score(signal),
        reason=signal.evidence.reason,
        confirmation=signal.confirmation,
        key="" if signal.kind in FACTS or not conversation_id else identify_signal(conversation_id, signal).encode(),
    )


def summarise_signals(signals: Iterable[Signal], titles: Mapping[str, str]) -> Sequence[Observation]:
    """Return what a conversation gave, each title and state once, what went wrong first, without tone."""
    shown = [signal for signal in signals if is_shown(signal) and signal.kind != "sentiment"]
    unique: dict[tuple[str, State], Observation] = {}
    for signal in sorted(shown, key=lambda each: (STATE_ORDER[find_state(each)], -each.score, each.kind)):
        observation = observe_signal(signal, titles)
        unique.setdefault((observation.title, observation.state), observation)
    return list(unique.values())
