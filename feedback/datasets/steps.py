"""What a step of the funnel has to give that looks at one conversation's rows at a time, and what it may know."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from feedback.datasets.definition import Definition
from feedback.datasets.labels.precisions import Precisions
from feedback.datasets.record import Drop, Record
from tracing.personal_data import Finding

Scrubber = Callable[[str], Sequence[Finding]]
"""Finds personal data beside our own recognisers, such as Presidio."""


def nobody_is_forgotten(_user_id: str, _conversation_id: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the rows."""

    definition: Definition
    is_forgotten: Callable[[str, str], bool] = nobody_is_forgotten
    """By user id (may be empty) and conversation id."""
    evaluation_grams: frozenset[int] = field(default_factory=frozenset)
    """Digests of runs of words of evaluation sets; see `feedback.datasets.weighing.contamination`."""
    scrubber: Scrubber | None = None
    """Finds personal data beside our own recognisers, where one is set up; see `feedback.datasets.cleaning`."""
    precisions: Precisions = field(default_factory=dict)
    """How right labels by behaviour are here, by reviews; see `feedback.datasets.labels.confidence`."""


@dataclass(frozen=True, slots=True)
class RowStep:
    """One stage of the funnel. `apply` gets all rows of one conversation in their order, and gives for each the row,
    as it is or made better, or why it goes."""

    name: str
    apply: Callable[[Sequence[Record], Context], Sequence[Record | Drop]]
