"""The undertone: signals of a conversation come in, a thin line with marks goes out as SVG geometry.

Across is the conversation, up is a good tone toward the assistant. The box is 1000 wide and 100 high.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from feedback.detectors.signal import Signal
from feedback.pages.observations import STATE_ORDER, State, find_state, find_worst, is_shown, name_signal

WIDTH = 1000.0
MIDDLE = 50.0
FINEST = 300
"""Most places along the line; of a longer conversation each stands for some turns."""
REACH = 38.0
"""How far the strongest tone goes from the middle."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something heard: `left` and `top` in percent of the box."""

    left: float
    top: float
    state: State
    turn: int
    words: str
    """What was heard, by its titles."""


@dataclass(frozen=True, slots=True)
class Undertone:
    path: str
    marks: tuple[Mark, ...]
    state: State | None
    """What the whole line looks like: the worst that was heard."""
    words: str
    """The same for those who do not see it."""


def draw_undertone(turn_count: int, signals: Sequence[Signal], titles: Mapping[str, str]) -> Undertone:
    """Return the line of one conversation of `turn_count` turns."""
    count = max(turn_count, 1)
    scale = -(-count // FINEST)
    places = -(-count // scale)
    known = [signal for signal in signals if 0 <= signal.turn_index < count]
    levels = read_levels(places, scale, known)
    marks = tuple(place_marks(scale, known, levels, titles))
    state = find_worst({mark.state for mark in marks})
    return Undertone(trace_levels(levels), marks, state, describe_marks(count, marks))


def read_levels(places: int, scale: int, signals: Iterable[Signal]) -> list[float]:
    """Return the tone at each place of `scale` turns, -1 to 1: the strongest there. The opening message has none."""
    levels = [0.0] * places
    for signal in signals:
        if signal.kind == "sentiment" and not signal.is_rejected:
            level = signal.polarity * min(max(signal.score, 0.0), 1.0)
            place = signal.turn_index // scale
            levels[place] = max(level, levels[place], key=abs)
    return levels


def find_height(level: float) -> float:
    return MIDDLE - REACH * level


def trace_levels(levels: Sequence[float]) -> str:
    """Return an SVG path through the middle of every turn, smooth and never beyond the levels themselves.

    >>> trace_levels([0.0])
    'M0 50.0 H1000'
    """
    step = WIDTH / len(levels)
    x, y = step / 2, find_height(levels[0])
    parts = [f"M0 {y:.1f} H{x:.1f}" if len(levels) > 1 else f"M0 {y:.1f}"]
    for level in levels[1:]:
        next_y, half = find_height(level), x + step / 2
        parts.append(f"C{half:.1f} {y:.1f} {half:.1f} {next_y:.1f} {x + step:.1f} {next_y:.1f}")
        x, y = x + step, next_y
    return " ".join([*parts, f"H{WIDTH:.0f}"])


def place_marks(
    scale: int, signals: Iterable[Signal], levels: Sequence[float], titles: Mapping[str, str]
) -> Iterator[Mark]:
    """Give one mark for each place that has signals: the user's message, or the answer after it."""
    places: dict[tuple[int, bool], list[Signal]] = {}
    for signal in signals:
        if is_shown(signal):
            places.setdefault((signal.turn_index // scale, is_about_own_answer(signal)), []).append(signal)
    for (place, at_answer), here in sorted(places.items()):
        states = {find_state(signal) for signal in here}
        yield Mark(
            left=round(100 * (place + (0.75 if at_answer else 0.5)) / len(levels), 2),
            top=round(find_height(levels[place]), 1),
            state=min(states, key=lambda state: STATE_ORDER[state]),
            turn=min(signal.turn_index for signal in here),
            words=", ".join(sorted({name_signal(signal, titles) for signal in here})),
        )


def is_about_own_answer(signal: Signal) -> bool:
    """Whether the evidence lies with the answer of its turn, rather than with the user's message."""
    return signal.target is not None and signal.target == signal.turn_index


def describe_marks(turn_count: int, marks: Sequence[Mark]) -> str:
    if not marks:
        return f"{turn_count} turns, nothing heard" if turn_count > 1 else "1 turn, nothing heard"
    heard = "; ".join(f"turn {mark.turn + 1}: {mark.words}" for mark in marks[:12])
    return f"{heard}; and more" if len(marks) > 12 else heard
