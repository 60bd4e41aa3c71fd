"""Everything that a detector may look at: a conversation, what was said about it, and the model calls behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from feedback.attacks.probes import Probe
from feedback.detectors.exchanges import Reaction, exchanges_of, list_reactions
from feedback.detectors.traffic import NO_TRAFFIC, Traffic
from feedback.detectors.tuning import SHIPPED, Tuning
from feedback.detectors.usual import UNKNOWN, Usual
from feedback.detectors.verdict import PEOPLE, Verdict
from feedback.explicit import Feedback
from feedback.reactions.reaction import Reading
from tracing.conversations import Answer, Conversation
from tracing.generations import Generation
from tracing.tool_runs import ToolRun

QUIET_NS = 30 * 60 * 10**9
"""`feedback/sql/changed_conversations.sql` has conversations listened to again once they are quiet for so long."""

TURNS_BEFORE = 20
"""So many turns before the ones that it is about a detector may count on: of long conversations it hears no more."""

CallKey = tuple[str, str]
"""Id of a trace, id of a span in it."""


@dataclass(frozen=True)
class Material:
    """What is known when a conversation is listened to. What was not loaded, or not sent, is empty."""

    conversation: Conversation
    feedback: Sequence[Feedback] = ()
    calls: Mapping[CallKey, Generation] = field(default_factory=dict)
    """The model calls behind the answers; of their input messages those from the user's last message on."""

    tool_runs: Sequence[ToolRun] = ()
    """What tools did in the traces of the conversation, by start."""

    tuning: Tuning = SHIPPED
    usual: Usual = UNKNOWN
    """What is usual in the project."""
    traffic: Traffic = NO_TRAFFIC
    """What goes on around the conversation."""
    verdict: Verdict = PEOPLE
    """Who led it; `feedback.detectors.machines.judge` says it from all the rest."""
    probes: Sequence[Probe] = ()
    """Doubtful messages of its user (`prompt_attack`) in other conversations of that day, by time."""

    readings: Mapping[int, Reading] | None = None
    """What each later message says of the answer before it, by index of its turn; None has them read quickly."""

    now_ns: int = 0
    """When it is listened to; 0 is not known."""

    is_end: bool = True
    """Whether the last of these turns is the last of the conversation; a long one is listened to in parts."""

    @property
    def is_quiet(self) -> bool:
        """Whether nothing was said for so long that the conversation is taken to have ended."""
        known = self.is_end and bool(self.conversation.turns)
        return known and self.now_ns - self.conversation.end_time_ns >= QUIET_NS

    @cached_property
    def reactions(self) -> tuple[Reaction, ...]:
        """The messages after the first that have words, in order, each as it was read."""
        readings = read_quickly(self.conversation) if self.readings is None else self.readings
        return tuple(list_reactions(self.conversation, readings))

    def calls_of(self, answer: Answer) -> tuple[Generation, ...]:
        """The model calls that were made for an answer, by start; empty where none was loaded."""
        keys = ((part.trace_id, span_id) for part in answer.parts for span_id in part.generation_span_ids)
        return tuple(self.calls[key] for key in keys if key in self.calls)


def read_quickly(conversation: Conversation) -> dict[int, Reading]:
    """What its later messages say, by the static tier alone."""
    from feedback.reactions.static import read_static

    exchanges = exchanges_of(conversation)
    return dict(zip(exchanges, read_static(list(exchanges.values())), strict=True)) if exchanges else {}
