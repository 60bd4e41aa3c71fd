"""What goes on around a conversation: who runs it by its traces' names, who else opens with the same words and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Alike:
    """Conversations of a service and a user (or nobody) that opened with the same words, numbers apart, within days."""

    starts_ns: tuple[int, ...] = ()
    """When they began, in order, this one too; of a frequent one the latest of each ten minutes."""
    in_minute: tuple[int, ...] = ()
    """For each of these, how many there were in the fullest minute of its ten."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What is known around one conversation; what was not loaded is empty."""

    opening: int = 0
    """Digest of the words that it opens with."""
    alike: Alike = Alike()
    rush: int = 0
    """How many conversations of one call its user, or nobody, began in its minute; 0 where not many."""
    resource: Mapping[str, str] = field(default_factory=dict)
    """What the spans say of where they come from and who called: by attribute, what may name a machine."""
    span_keys: frozenset[str] = frozenset()
    """Names of attributes of the spans that may tell of a machine."""
    scopes: frozenset[str] = frozenset()
    """What wrote the spans."""


NO_TRAFFIC = Traffic()
