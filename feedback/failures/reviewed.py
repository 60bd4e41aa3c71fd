"""What reviewers said of failure modes is followed: conversations go to the modes to which they belong and stay there,
borders of modes learn from them.

It is done once for each change of what was said, by who holds the stage `FAILURES`. Catalogue, pins and the places of
turns are saved in one transaction with a mark of the reviews that were followed, see `feedback.failures.catalogues`.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from feedback.failure_modes.borders import Turns, drop_examples, learn_borders, list_outside
from feedback.failure_modes.catalogue import NONE, Catalogue
from feedback.failure_modes.pins import Pin, Pinned, Said, pin_turns
from feedback.failures.catalogues import load_catalogue, load_pins, load_reviews_mark, save_catalogue
from feedback.failures.figures import read_time
from feedback.failures.life import spread
from feedback.failures.merges import follow_merges, load_merges
from feedback.failures.records import MOST_ROWS, FailingRow, load_failing_of, load_members, stack_vectors
from feedback.models import FailureMode, FailureModeChange
from feedback.reviewing.memberships import load_said
from tracing.store import Store

Rows = Mapping[str, FailingRow]
SITTING = timedelta(hours=1)
"""What follows within so long after the last time is told with it."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What reviews changed of a mode."""

    came: int = 0
    left: int = 0
    outside: int = 0
    """Conversations that nobody looked at and that lie outside the border now."""
    before: float = 0.0
    after: float = 0.0
    """The border."""

    @property
    def words(self) -> str:
        """
        >>> Effect(2, 1, 14, 0.5, 0.62).words
        '2 conversations came, 1 left; its border went from 0.50 to 0.62, and 14 more lie outside of it'
        """
        moved = [f"{self.came:,} conversation{'' if self.came == 1 else 's'} came"] if self.came else []
        moved += [f"{self.left:,} left"] if self.left else []
        border = f"its border went from {self.before:.2f} to {self.after:.2f}" if self.before != self.after else ""
        border += f", and {self.outside:,} more lie outside of it" if self.outside else ""
        return "; ".join(each for each in (", ".join(moved), border) if each)


_READ = re.compile(
    r"(?:(?P<came>[\d,]+) conversations? came)?(?:, )?(?:(?P<left>[\d,]+) left)?(?:; )?"
    r"(?:its border went from (?P<before>[\d.]+) to (?P<after>[\d.]+))?(?:, and (?P<outside>[\d,]+) more)?"
)


def read_effect(words: str) -> Effect:
    """What `Effect.words` told.

    >>> read_effect(Effect(1, 1_200, 3, 0.5, 0.62).words)
    Effect(came=1, left=1200, outside=3, before=0.5, after=0.62)
    """
    found = _READ.match(words)
    told = {name: (value or "0").replace(",", "") for name, value in (found.groupdict() if found else {}).items()}
    came, left, outside = (int(told.get(name, 0)) for name in ("came", "left", "outside"))
    return Effect(came, left, outside, float(told.get("before", 0)), float(told.get("after", 0)))


def add_effects(one: Effect, other: Effect) -> Effect:
    """Of two that followed each other.

    >>> add_effects(Effect(1, 0, 0, 0.5, 0.5), Effect(2, 1, 4, 0.5, 0.6))
    Effect(came=3, left=1, outside=4, before=0.5, after=0.6)
    """
    moved = [each for each in (one, other) if each.before != each.after] or [other]
    counts = (one.came + other.came, one.left + other.left, one.outside + other.outside)
    return Effect(*counts, moved[0].before, moved[-1].after)


def are_reviews_new(store: Store, project_id: int) -> bool:
    """Whether other things hold of failure modes than were followed last."""
    return mark_reviews(load_numbers_said(store, project_id)) != load_reviews_mark(project_id)


def load_numbers_said(store: Store, project_id: int) -> dict[str, Said]:
    """By conversation what holds of it, of modes that there are."""
    known = set(FailureMode.objects.filter(project_id=project_id).values_list("number", flat=True))
    merges = load_merges(project_id)
    return {
        each.conversation_id: Said(follow_merges(merges, number), each.version)
        for each, number in load_said(store, project_id)
        if number in known or number == NONE
    }


def mark_reviews(said: Mapping[str, Said]) -> str:
    """The same for the same reviews; empty where there are none."""
    told = "\0".join(f"{key}\0{said[key].version}" for key in sorted(said))
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest() if said else ""


def follow_reviews(store: Store, project_id: int, now: datetime) -> Mapping[str, int]:
    """Save what follows from reviews that were not followed yet: to which modes conversations are to be moved."""
    said = load_numbers_said(store, project_id)
    mark = mark_reviews(said)
    if mark == load_reviews_mark(project_id):
        return {}
    pins, catalogue = load_pins(project_id), load_catalogue(project_id)
    rows = load_failing_of(store, project_id, said.keys() | pins.keys())
    pinned = pin_turns(pins, said, {key: row.mode for key, row in rows.items()}, catalogue.next_number)
    told = list_told(rows, pinned)
    learnt = learn_borders(catalogue, *told)
    outside = load_outside(store, project_id, catalogue, learnt, pinned.pins)
    if outside:  # without them a mode is more alike, and its border is another one
        learnt = learn_borders(drop_examples(learnt, to_turns(outside)), *told)
    moves = {**{row.conversation_id: NONE for row in outside}, **pinned.moves}
    with transaction.atomic():
        save_catalogue(project_id, learnt, moves, pins=pinned.pins, reviews_mark=mark)
        note_effects(project_id, count_effects(catalogue, learnt, rows, pinned, outside), now)
        lengthen(project_id, rows, pinned.moves)
    return moves


def list_told(rows: Rows, pinned: Pinned) -> tuple[Turns, list[int]]:
    """Turns of which people said to which mode they belong, and these modes."""
    told = [
        (row, pinned.pins[key])
        for key, row in sorted(rows.items())
        if key in pinned.pins and is_told(pinned.pins[key], pinned.moves.get(key, row.mode))
    ]
    seen = [(row, pin) for row, pin in told if row.vector is not None and row.vector.any()]
    return to_turns([row for row, _ in seen], [pin.was for _, pin in seen]), [pin.number for _, pin in seen]


def is_told(pin: Pin | None, place: int) -> bool:
    """Whether people said of a turn whether it belongs where it is: of modes that were found later they did not."""
    return pin is not None and (pin.number != NONE or place == NONE)


def to_turns(rows: Sequence[FailingRow], held: Sequence[int] | None = None) -> Turns:
    """`held` are the modes of which they are examples, those that they are in where nothing is said."""
    return Turns(
        stack_vectors(rows), [row.turn.family for row in rows], [row.mode for row in rows] if held is None else held
    )


def load_outside(
    store: Store, project_id: int, before: Catalogue, after: Catalogue, pins: Mapping[str, Pin]
) -> list[FailingRow]:
    """Members of modes that lie outside of borders which became narrower. Those that people looked at stay."""
    borders = {mode.number: mode.border for mode in before.modes}
    outside: list[FailingRow] = []
    for mode in after.modes:
        if mode.border > borders[mode.number]:
            members = load_members(store, project_id, mode.number, MOST_ROWS)
            free = [row for row in members if row.conversation_id not in pins]
            outside += [free[place] for place in list_outside(after, mode.number, to_turns(free))]
    return outside


def count_effects(
    before: Catalogue, after: Catalogue, rows: Rows, pinned: Pinned, outside: Sequence[FailingRow]
) -> dict[int, Effect]:
    """By the number of the mode, of those of which anything changed."""
    borders = {mode.number: mode.border for mode in before.modes}
    came, went = list(pinned.moves.values()), [rows[key].mode for key in pinned.moves]
    effects = {
        mode.number: Effect(
            came.count(mode.number),
            went.count(mode.number),
            sum(row.mode == mode.number for row in outside),
            borders[mode.number],
            mode.border,
        )
        for mode in after.modes
    }
    return {number: effect for number, effect in effects.items() if effect.words}


def note_effects(project_id: int, effects: Mapping[int, Effect], now: datetime) -> None:
    """Write into the histories of modes what reviews changed; of one sitting in one line."""
    what = FailureModeChange.What.REVIEWED
    for mode in FailureMode.objects.filter(project_id=project_id, number__in=effects):
        effect, last = effects[mode.number], mode.changes.order_by("-at", "-pk").first()
        if last and last.what == what and now - last.at < SITTING:
            last.at, last.text = now, add_effects(read_effect(last.text), effect).words or effect.words
            last.save(update_fields=["at", "text"])
        else:
            FailureModeChange.objects.create(mode=mode, at=now, what=what, text=effect.words)


def lengthen(project_id: int, rows: Rows, moves: Mapping[str, int]) -> None:
    """Modes last from their first conversation to their last, those that came included."""
    for mode in FailureMode.objects.select_for_update().filter(project_id=project_id, number__in=set(moves.values())):
        spread(mode, [read_time(rows[key].time_ns) for key, number in moves.items() if number == mode.number])
