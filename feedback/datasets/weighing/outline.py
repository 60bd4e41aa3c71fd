"""What is kept in memory of a row while all of them are weighed against each other: about a kilobyte each."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Outline:
    """A row without its texts."""

    place: int
    """Where the row itself is found; see `feedback.datasets.building.spool`."""
    part: str
    """Of its format; empty where that has one part alone."""
    time_ns: int
    conversation_id: str
    turn_index: int
    trace_id: str
    span_id: str
    user_id: str
    subject: str
    """Digest of what it is about: prompt, tools and answers, in any order."""
    claim: str
    """Digest of what it says of that: which answer is good."""
    signature: NDArray[Any]
    """MinHash of what was said in the row, uint32, flat; see `feedback.datasets.weighing.signatures`."""
    template: str
    """Digest of what its user asked, without numbers and names; rows that ask the same thing share it."""
    label: bool | None
    chosen_characters: int
    rejected_characters: int
    model: str
    language: str
    failure_mode: int
    label_source: str
    confidence: float
    tier: str
    stratum: str
    has_tools: bool = False
    """Whether tools were declared for it."""
    prompt: str = ""
    """Digest of prompt and tools."""

    @property
    def order(self) -> tuple[int, str, int, str, str]:
        """Rows are written in this order, whichever way they came."""
        return self.time_ns, self.conversation_id, self.turn_index, self.trace_id, self.span_id
