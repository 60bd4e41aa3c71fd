"""What reviews did to failure modes, from the store and Django's tables: conversations moved, borders and names."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from feedback.failure_modes.catalogue import APART, NONE, Mode
from feedback.failure_modes.pins import Pin
from feedback.failures.catalogues import load_catalogue, load_pins
from feedback.failures.listing import load_rows, name_mode
from feedback.models import FailureMode
from feedback.review.membership import LEAST_REVIEWED, Membership, find_membership
from feedback.reviewing.memberships import load_memberships
from tracing.store import Store


@dataclass(frozen=True, slots=True)
class ModeEffect:
    """A failure mode that reviews say something of."""

    number: int
    title: str
    membership: Membership
    came: int
    """Conversations that reviewers put into it, and out of it."""
    left: int
    border_before: float
    border: float
    """From which likeness on turns join it, as a share of the likeness within."""
    named_from: int
    """So many reviewed conversations its title was found from; 0: from all of its conversations."""
    is_renamed: bool
    """Whether a person gave it its name."""

    @property
    def is_border_moved(self) -> bool:
        return self.border != self.border_before


@dataclass(frozen=True, slots=True)
class ModeEffects:
    """Modes that were reviewed, in the order of their numbers."""

    modes: tuple[ModeEffect, ...]
    least_reviewed: int = LEAST_REVIEWED

    @property
    def moved(self) -> int:
        """Conversations that are elsewhere than they were."""
        return max(sum(mode.came for mode in self.modes), sum(mode.left for mode in self.modes))

    @property
    def verified(self) -> int:
        return sum(mode.membership.is_verified for mode in self.modes)


def load_mode_effects(store: Store, project_id: int) -> ModeEffects:
    memberships = load_memberships(store, project_id)
    if not memberships:
        return ModeEffects(())
    pins, catalogue = load_pins(project_id), load_catalogue(project_id)
    modes = {mode.number: mode for mode in catalogue.modes}
    rows = [row for row in load_rows(project_id) if row.number in memberships]
    told = [tell_effect(row, find_membership(memberships, row.number), pins, modes) for row in rows]
    return ModeEffects(tuple(sorted(told, key=lambda each: each.number)))


def tell_effect(
    row: FailureMode, membership: Membership, pins: Mapping[str, Pin], modes: Mapping[int, Mode]
) -> ModeEffect:
    moved = [pin for pin in pins.values() if pin.number != pin.was]
    came, left = Counter(pin.number for pin in moved), Counter(pin.was for pin in moved if pin.was != NONE)
    return ModeEffect(
        number=row.number,
        title=name_mode(row),
        membership=membership,
        came=came[row.number],
        left=left[row.number],
        border_before=APART,
        border=modes[row.number].border if row.number in modes else APART,
        named_from=row.description.get("named_from_reviewed", 0),
        is_renamed=bool(row.name),
    )
