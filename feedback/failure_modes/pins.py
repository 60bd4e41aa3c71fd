"""What people said to which failure mode conversations belong comes in; where these go, and stay, goes out.

A pin holds a conversation where people said that it belongs, through all that is assigned later. Of none of the modes
that there were is said of those alone: such a conversation may found a mode, or join one that is found later. Without
what was said it goes back to where it was.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from feedback.failure_modes.catalogue import NONE


@dataclass(frozen=True, slots=True)
class Said:
    """To which mode a conversation belongs, `NONE` for none of those that there were; `version` is when that held."""

    number: int
    version: int


@dataclass(frozen=True, slots=True)
class Pin:
    number: int
    was: int
    """The mode that the conversation was in before anybody said anything, `NONE` for none."""
    version: int
    since: int
    """The number that the next mode had: of modes from there on nothing was said."""

    @property
    def first(self) -> int:
        """The lowest number of a mode that the conversation may join by itself, 0 where that does not matter."""
        return self.since if self.number == NONE else NONE


@dataclass(frozen=True, slots=True)
class Pinned:
    """All pins of a project, and the modes to which conversations are to be moved now, `NONE` out of any."""

    pins: Mapping[str, Pin]
    moves: Mapping[str, int]


def pin_turns(pins: Mapping[str, Pin], said: Mapping[str, Said], places: Mapping[str, int], next_number: int) -> Pinned:
    """`places` has the mode of each conversation that failed and was or is pinned.

    >>> pin_turns({}, {"a": Said(2, 7), "b": Said(0, 7)}, {"a": 1, "b": 1}, 3).moves
    {'a': 2, 'b': 0}
    >>> pin_turns({"a": Pin(2, 1, 7, 3)}, {}, {"a": 2}, 3)
    Pinned(pins={}, moves={'a': 1})
    """
    kept = {key: _renew(pins.get(key), said[key], places.get(key, NONE), next_number) for key in sorted(said)}
    targets = {key: pin.number for key, pin in kept.items() if pins.get(key) != pin}
    targets |= {key: pins[key].was for key in sorted(pins.keys() - said.keys()) if _holds(pins[key], places.get(key))}
    moves = {key: number for key, number in targets.items() if key in places and places[key] != number}
    return Pinned(kept, moves)


def _renew(pin: Pin | None, said: Said, place: int, next_number: int) -> Pin:
    if pin is None:
        return Pin(said.number, place, said.version, next_number)
    return (
        pin
        if pin.version == said.version
        else replace(pin, number=said.number, version=said.version, since=next_number)
    )


def _holds(pin: Pin, place: int | None) -> bool:
    """Whether the conversation still is where the pin put it, or where it went by itself from there."""
    return place is not None and pin.number in (place, NONE)


def repin(pins: Mapping[str, Pin], conversation_ids: Collection[str], number: int) -> dict[str, Pin]:
    """The same where a person moved conversations to another mode: what was said of them before is of that one."""
    return {key: replace(pin, number=number) if key in conversation_ids else pin for key, pin in pins.items()}
