"""Spans of Pydantic AI: GenAI attributes, with two gaps.

What a failed call was asked stands on the span of its agent alone; and each run that was given no conversation makes up
one, so that an agent asked by another one would have a conversation of its own.
"""

from collections.abc import Sequence
from dataclasses import replace

from tacit import attributes as keys

from tracing.conventions import genai
from tracing.conventions.nesting import tell_once
from tracing.conventions.origins import CONVERSATION_KEYS
from tracing.conventions.shared_attributes import pick_text
from tracing.generations import Generation
from tracing.spans import AttributeValue, Span, Trace

NAME = "pydantic-ai"
ALL_MESSAGES = "pydantic_ai.all_messages"


def claims(span: Span) -> bool:
    """Whether Pydantic AI wrote the span of a call; those of agents sum up their calls and are none."""
    return span.scope_name == NAME and genai.claims(span)


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The call that the span tells of."""
    told = genai.describe_call(keep_conversation(add_question(span, trace), trace), trace)
    return tell_once(Generation(**told | {"convention": NAME}), calls_beneath)


def keep_conversation(span: Span, trace: Trace) -> Span:
    """The span in the conversation of the outermost span that has one, in which all beneath it was said."""
    around = (pick_text(each.attributes, CONVERSATION_KEYS[:2]) for each in reversed(trace.ancestors(span)))
    outermost = next((conversation_id for conversation_id in around if conversation_id), "")
    return replace(span, attributes={**span.attributes, keys.CONVERSATION_ID: outermost}) if outermost else span


def add_question(span: Span, trace: Trace) -> Span:
    """A failed call with the messages of its agent's run, which ended with it, so that they are what it was asked."""
    if span.status_code != "Error" or keys.INPUT_MESSAGES in span.attributes:
        return span
    failed = (each for each in trace.ancestors(span) if each.status_code == "Error")
    agent = next((each for each in failed if ALL_MESSAGES in each.attributes), None)
    if agent is None:
        return span
    told: dict[str, AttributeValue] = {keys.INPUT_MESSAGES: agent.attributes[ALL_MESSAGES]}
    instructions = agent.attributes.get(keys.SYSTEM_INSTRUCTIONS)
    if instructions is not None:
        told[keys.SYSTEM_INSTRUCTIONS] = instructions
    return replace(span, attributes={**told, **span.attributes})
