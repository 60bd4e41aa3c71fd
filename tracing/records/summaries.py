"""What a conversation's row says of its turns: summed up here from those that are loaded, else by the store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from tracing.conversations import Conversation, add_costs, add_known
from tracing.texts.stand_ins import blank
from tracing.words import index_words

FIRST_MESSAGE_CHARACTERS = 300
WHOLE_TURNS = 200
"""So many turns at the beginning are always built together, and searched by their words."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Of some turns, in the columns of `conversations`; times are nanoseconds since the epoch."""

    user_id: str
    service_name: str
    environment: str
    tags: tuple[str, ...]
    models: tuple[str, ...]
    first_message: str
    first_time: int
    last_time: int
    turn_count: int
    generation_count: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    longest_ns: int
    outcomes: tuple[str, ...]
    words: tuple[str, ...]
    error_count: int


def summarise(conversation: Conversation) -> Summary:
    """Sum up the turns of a conversation."""
    answers = conversation.answers
    first = conversation.turns[0]
    return Summary(
        user_id=conversation.user_id,
        service_name=conversation.service_name,
        environment=conversation.environment,
        tags=conversation.tags,
        models=tuple(sorted({answer.model for answer in answers if answer.model})),
        first_message=first.user_text[:FIRST_MESSAGE_CHARACTERS],
        first_time=first.parts[0].start_time_ns,
        last_time=max(answer.end_time_ns for answer in answers),
        turn_count=len(conversation.turns),
        generation_count=sum(len(answer.generation_span_ids) for answer in answers),
        input_tokens=add_known(answer.input_tokens for answer in answers),
        output_tokens=add_known(answer.output_tokens for answer in answers),
        cost_usd=add_costs(answer.cost_usd for answer in answers),
        longest_ns=max(answer.duration_ns for answer in answers),
        outcomes=tuple(sorted({answer.outcome for answer in answers})),
        words=tuple(index_words(list_texts(conversation))),
        error_count=sum(answer.outcome == "error" for answer in answers),
    )


def list_texts(conversation: Conversation) -> Iterator[str]:
    """What was said in the turns that are searched, in order: each message and its answers, replaced ones included.

    A text that is gone is found by nothing.
    """
    for turn in conversation.turns:
        if turn.index < WHOLE_TURNS:
            yield blank(turn.user_text)
            yield from (blank(answer.text) for answer in turn.parts)


def read_summary(row: Mapping[str, Any]) -> Summary:
    """What the store summed up."""
    values: dict[str, Any] = {field.name: row[field.name] for field in fields(Summary)}
    values |= {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Summary(**values)


def join_summaries(rest: Summary | None, later: Summary) -> Summary:
    """The summary of a conversation from that of its other turns and of those that were built now."""
    if rest is None:
        return later
    first = min(rest, later, key=lambda each: each.first_time)
    return Summary(
        user_id=first.user_id or rest.user_id or later.user_id,
        service_name=first.service_name,
        environment=first.environment,
        tags=join(rest.tags, later.tags),
        models=join(rest.models, later.models),
        first_message=first.first_message[:FIRST_MESSAGE_CHARACTERS],
        first_time=first.first_time,
        last_time=max(rest.last_time, later.last_time),
        turn_count=rest.turn_count + later.turn_count,
        generation_count=rest.generation_count + later.generation_count,
        input_tokens=add_known((rest.input_tokens, later.input_tokens)),
        output_tokens=add_known((rest.output_tokens, later.output_tokens)),
        cost_usd=add_costs((rest.cost_usd, later.cost_usd)),
        longest_ns=max(rest.longest_ns, later.longest_ns),
        outcomes=join(rest.outcomes, later.outcomes),
        words=rest.words,
        error_count=rest.error_count + later.error_count,
    )


def join(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*first, *second}))


def describe_summary(summary: Summary) -> dict[str, Any]:
    """The columns of a summary."""
    values = {field.name: getattr(summary, field.name) for field in fields(Summary)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
