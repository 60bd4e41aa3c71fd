"""A signal as a page shows it: in a product person's words, with a shape that says which way it points."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from feedback.detectors.signal import Signal

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

    @property
    def state_words(self) -> str:
        return STATE_WORDS[self.state]


def is_shown(signal: Signal) -> bool:
    """Whether a person should see it: it fired with a direction, or is likely enough to be a question."""
    return signal.polarity != 0 and (signal.fired or (signal.kind != "sentiment" and signal.score >= 0.4))


def find_state(signal: Signal) -> State:
    if not signal.fired:
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
    return "" if signal.kind in EXPLICIT_KINDS else f"{signal.score:.2f}"


def observe_signal(signal: Signal, titles: Mapping[str, str]) -> Observation:
    return Observation(
        kind=signal.kind,
        title=name_signal(signal, titles),
        state=find_state(signal),
        score=write_score(signal),
        reason=signal.evidence.reason,
    )


def summarise_signals(signals: Iterable[Signal], titles: Mapping[str, str]) -> Sequence[Observation]:
    """Return what a conversation gave, each title and state once, what went wrong first, without tone."""
    shown = [signal for signal in signals if is_shown(signal) and signal.kind != "sentiment"]
    unique: dict[tuple[str, State], Observation] = {}
    for signal in sorted(shown, key=lambda each: (STATE_ORDER[find_state(each)], -each.score, each.kind)):
        observation = observe_signal(signal, titles)
        unique.setdefault((observation.title, observation.state), observation)
    return list(unique.values())
