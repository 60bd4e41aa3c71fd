"""From model calls to a dialogue: which calls belong together, what the user said, which answer they saw."""

from dataclasses import dataclass

from tracing.generations import Outcome


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the user saw it. Times are nanoseconds since the epoch or durations in nanoseconds."""

    trace_id: str
    span_id: str
    """The model call that wrote it."""
    text: str
    outcome: Outcome
    ended_by: str
    start_time_ns: int
    duration_ns: int
    time_to_first_chunk_ns: int | None = None
    model: str = ""
    error_type: str = ""
    message_id: str = ""
    finish_reasons: tuple[str, ...] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None
    generation_span_ids: tuple[str, ...] = ()
    """Every model call that was made for this answer (an agent may make many), by start."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One user message and the answer that the user saw."""

    index: int
    """From 0, in the order of the conversation."""
    user_text: str
    """The user's own words."""
    answer: Answer
    """The last one, which stayed."""
    alternatives: tuple[Answer, ...] = ()
    """Earlier answers to the same message that were replaced, oldest first."""

    @property
    def answers(self) -> tuple[Answer, ...]:
        return (*self.alternatives, self.answer)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns in order. `derived` where no conversation id was sent."""

    project_id: int
    conversation_id: str
    turns: tuple[Turn, ...]
    derived: bool = False
    user_id: str = ""
    service_name: str = ""
    environment: str = ""
    tags: tuple[str, ...] = ()
