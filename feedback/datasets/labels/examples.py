"""From an answer back to what the model was asked: a labelled conversation and one of its answers come in,
the messages of prompt and completion go out. The prompt is what was sent, where that was reported."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from feedback.datasets.labels.going_on import Course
from feedback.datasets.labels.opinions import Opinion
from feedback.datasets.labels.propensities import name_stratum
from feedback.datasets.record import LabelledConversation, Provenance, Reason, Record
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Generation, Message


def build_record(course: Course, turn: Turn, answer: Answer, opinion: Opinion, label: bool | None = None) -> Record:
    """Return the answer as an example that the opinion speaks for or against."""
    return Record(
        prompt=build_prompt(course, turn, answer),
        completion=build_completion(course.labelled, answer),
        tools=list_tools(course.labelled, answer),
        provenance=_tell_provenance(course.conversation, turn, answer, opinion),
        user_id=course.conversation.user_id,
        time_ns=answer.start_time_ns,
        label=label,
        model=answer.model,
        failure_mode=course.labelled.failure_mode,
        stratum=name_stratum(turn, answer),
    )


def build_prompt(course: Course, turn: Turn, answer: Answer) -> tuple[Message, ...]:
    """Return system instructions, history and the user's message.

    An app that gave a bare string keeps its history elsewhere: there the earlier turns are told.
    """
    generation = course.labelled.generations.get(answer.span_id)
    sent = generation.input_messages if generation else ()
    if not sent:
        sent = (Message("user", turn.user_text),)
    if len(sent) == 1 and sent[0].role == "user":
        sent = (*_tell_history(course, turn), *sent)
    return (*_instruct(generation), *sent)


def build_completion(labelled: LabelledConversation, answer: Answer) -> tuple[Message, ...]:
    """Return the answer in the words that the user saw, with the tool calls that the model made in it."""
    generation = labelled.generations.get(answer.span_id)
    written = generation.output_messages if generation else ()
    calls = tuple(call for message in written for call in message.tool_calls)
    parts = tuple(part for message in written for part in message.parts)
    return (Message("assistant", answer.text, parts=parts, tool_calls=calls),)


def rewrite_completion(labelled: LabelledConversation, answer: Answer, text: str) -> tuple[Message, ...]:
    """The answer with the words that somebody else gave it."""
    return tuple(replace(message, content=text) for message in build_completion(labelled, answer))


def take_words(course: Course, record: Record, answer: Answer, text: str) -> Record:
    """The example with the words that somebody else gave the answer."""
    return replace(record, completion=rewrite_completion(course.labelled, answer, text))


def list_tools(labelled: LabelledConversation, answer: Answer) -> tuple[Mapping[str, Any], ...]:
    generation = labelled.generations.get(answer.span_id)
    return generation.tool_definitions if generation else ()


def find_fault(answer: Answer) -> Reason | None:
    """Return why the answer can be no example at all, good or bad."""
    if answer.outcome == "error":
        return Reason.FAILED
    return None if answer.text.strip() else Reason.EMPTY


def _instruct(generation: Generation | None) -> Iterator[Message]:
    if generation and generation.system_instructions:
        yield Message("system", generation.system_instructions)


def _tell_history(course: Course, turn: Turn) -> Iterator[Message]:
    """Earlier turns that went well, as the user went on from them: a message without an answer would leave two of the
    user's in a row."""
    for earlier in course.list_before(turn):
        answer = course.find_kept(earlier).answer
        if earlier.user_text.strip() and not find_fault(answer):
            yield Message("user", earlier.user_text)
            yield Message("assistant", answer.text)


def _tell_provenance(conversation: Conversation, turn: Turn, answer: Answer, opinion: Opinion) -> Provenance:
    return Provenance(
        conversation_id=conversation.conversation_id,
        turn_index=turn.index,
        trace_id=answer.trace_id,
        span_id=answer.span_id,
        label_source=opinion.source,
        confidence=opinion.confidence,
        score=opinion.score,
        detector=opinion.detector,
        version=opinion.version,
        tier=opinion.tier,
        reviewers=opinion.reviewers,
        is_adjudicated=opinion.is_adjudicated,
    )
