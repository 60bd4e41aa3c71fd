"""What the person typed: the model calls of a trace in, the same calls out with the user's own words as `user_text`.

Apps wrap the question in a template with documents and history. What was typed is found, in this order, from what the
functions around the call were given, from the variables of its prompt, from the template that a service's messages
share, and from the marks in the message itself. Where nothing tells it, the whole message stands.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from tracing.conventions import ReadTrace
from tracing.conventions.messages import find_user_text
from tracing.generations import Generation, Message
from tracing.own_words.inputs import WATCHED, GivenText, list_given, list_variables
from tracing.own_words.marks import find_marked_words
from tracing.own_words.templates import MessageTemplate, find_template_words, learn_templates, order_templates
from tracing.spans import Span
from tracing.texts.stand_ins import is_kept

__all__ = ["MessageTemplate", "Templates", "find_own_words", "is_text", "learn_templates", "order_templates", "unwrap"]

Templates = Mapping[str, Sequence[MessageTemplate]]
"""Those of a project by the name of the service."""

SHORTEST_UNWRAPPED = 12
KIND = "openinference.span.kind"
SEARCHING = re.compile(r"retriev|embed|search|rerank|vector", re.IGNORECASE)
WORD = re.compile(r"\w")
SPACE = re.compile(r"\s+")
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]{2}")
OBSERVATION = re.compile(
    r"\s*(?:observation|tool (?:result|output|response)|function (?:result|output))\b", re.IGNORECASE
)
"""What the loop of an agent says in the user's name."""


def find_own_words(read: ReadTrace, templates: Templates) -> ReadTrace:
    """The calls of a trace with the user's own words; `templates` are those that its services are known to use."""
    sources = Sources(read)
    return ReadTrace(
        read.trace, tuple(tell_words(each, sources, templates.get(each.service_name, ())) for each in read.generations)
    )


class Sources:
    """What the spans of one trace were given; each is read once, and only where somebody looks."""

    def __init__(self, read: ReadTrace) -> None:
        self.read = read
        self.tells = not WATCHED.isdisjoint(read.trace.attribute_names)
        self._given: dict[str, list[GivenText]] = {}

    def list_given(self, span: Span) -> list[GivenText]:
        found = self._given.get(span.span_id)
        if found is None:
            found = self._given[span.span_id] = list_given(span)
        return found

    def list_frames(self, generation: Generation) -> list[Span]:
        """The spans around a call, the outermost first."""
        if not self.tells:
            return []
        span = self.read.trace.by_id[generation.span_id]
        return [*reversed(self.read.trace.ancestors(span))]

    @cached_property
    def searches(self) -> list[Span]:
        """Spans by which the trace looked something up."""
        return [span for span in self.read.trace.spans if SEARCHING.search(f"{span.attributes.get(KIND)} {span.name}")]

    def list_searches(self, generation: Generation) -> Iterator[Span]:
        """Searches that the trace made before the call."""
        return (span for span in self.searches if span.start_time_ns <= generation.start_time_ns)


def tell_words(generation: Generation, sources: Sources, templates: Sequence[MessageTemplate]) -> Generation:
    sent = find_user_text(generation.input_messages)
    if not sent and not generation.user_text:
        return generation
    words = find_given_words(generation, sent, sources) or find_variable(generation, sent)
    if words is None:
        words = find_searched_words(generation, sent, sources)
    if words is None or words == sent:
        words = unwrap(sent, templates)
    words = words or generation.user_text
    return generation if words == generation.user_text else replace(generation, user_text=words)


def unwrap(sent: str, templates: Sequence[MessageTemplate]) -> str:
    """The person's own words in a message by itself; the whole message where nothing shows what is not theirs."""
    if len(sent) < SHORTEST_UNWRAPPED or not is_kept(sent):
        return sent
    found = find_template_words(sent, templates) if templates and is_text(sent) else None
    return found or find_marked_words(sent) or sent


def is_text(sent: str) -> bool:
    """Whether what a template leaves of a message is text: not of JSON, nor of a model's markup, nor gone."""
    return not sent.startswith("{") and "<|" not in sent and is_kept(sent)


def find_given_words(generation: Generation, sent: str, sources: Sources) -> str | None:
    """What the outermost function that tells it was given: what is in the message, else the question that led to it.

    Helpers of an agent are given what a model wrote, and work for the words that the agent was given.
    """
    for frame in sources.list_frames(generation):
        given = sources.list_given(frame)
        found = pick_inside(given, sent) or pick_leading(given, generation, sent)
        if found is not None:
            return found
    return None


def pick_inside(given: Sequence[GivenText], sent: str) -> str | None:
    """Of the texts that are in the message the one that a person typed; the message itself where it was given whole."""
    inside = [each for each in given if stands_in(each.text.strip(), sent)]
    asked = [each.text.strip() for each in inside if each.asked]
    if asked:
        return max(asked, key=len)
    others = [each.text.strip() for each in inside if len(each.text.split()) > 1 or UNSPACED.search(each.text)]
    asking = [text for text in others if text.endswith(("?", "？"))]
    return min(asking or others, key=len, default=None)


def stands_in(words: str, sent: str) -> bool:
    """Whether a message has these words; a single one only by itself, for it may be said of anything."""
    if len(words.split()) > 1 or UNSPACED.search(words):
        return is_inside(words, sent)
    return bool(words) and bool(re.search(rf"(?:^|[\n:：>\"“«„]) *{re.escape(words)} *(?:$|[\n<\"”»“])", sent))


def is_inside(words: str, sent: str) -> bool:
    """Whether a message has these words, not as a part of longer ones."""
    if not words or len(words) > len(sent):
        return False
    start = sent.find(words)
    if start < 0:
        return SPACE.sub(" ", words) in SPACE.sub(" ", sent) if "\n" in words or "  " in words else False
    before, after = sent[start - 1 : start], sent[start + len(words) : start + len(words) + 1]
    apart = not (WORD.match(words[0]) and WORD.match(before)) and not (WORD.match(words[-1]) and WORD.match(after))
    return apart or bool(UNSPACED.search(words))


def pick_leading(given: Sequence[GivenText], generation: Generation, sent: str) -> str | None:
    """The question that a call was made for though its message does not have it: a model rewrote it before.

    Not where the message goes on after it was answered, for then the trace holds several messages of the person.
    """
    for each in given:
        words = each.text.strip()
        told = each.asked and (len(words.split()) > 1 or UNSPACED.search(words)) and sent.strip() not in words
        if told and not is_answered(words, sent, generation.input_messages):
            return words
    return None


def is_answered(words: str, sent: str, messages: Sequence[Message]) -> bool:
    earlier = any(message.role == "user" and words in message.content for message in messages)
    return earlier and not OBSERVATION.match(sent)


def find_variable(generation: Generation, sent: str) -> str | None:
    """What the prompt's template was filled with, where it is called a question and stands in the message."""
    if not generation.prompt_variables:
        return find_read_words(generation, sent)
    asked = [each.text.strip() for each in list_variables(generation.prompt_variables) if each.asked]
    return next((each for each in asked if is_inside(each, sent)), None) or find_read_words(generation, sent)


def find_read_words(generation: Generation, sent: str) -> str | None:
    """What the reader of the convention took for the words, where that is not just the message."""
    words = generation.user_text
    return words if words and words != sent else None


def find_searched_words(generation: Generation, sent: str, sources: Sources) -> str | None:
    """What the trace searched for before the call, where it stands in a longer message."""
    if not sources.tells or "\n" not in sent:
        return None
    for span in sources.list_searches(generation):
        asked = [each.text.strip() for each in sources.list_given(span) if each.asked]
        found = next((each for each in asked if len(each) > SHORTEST_UNWRAPPED and is_inside(each, sent)), None)
        if found:
            return found
    return None
