"""Spans around a model call in, the texts that they were given out, each with the name that it was given under."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tacit import attributes as keys

from tracing.conventions.messages import find_user_text, parse_json, parse_messages
from tracing.own_words.labels import classify_name
from tracing.spans import Span

INPUT_ATTRIBUTES = (
    keys.ARGUMENTS,
    "input.value",
    "traceloop.entity.input",
    "langfuse.observation.input",
    "mlflow.spanInputs",
    "gen_ai.input.messages",
    "ai.prompt",
    "lmnr.span.input",
    "gen_ai.prompt",
    "pydantic_ai.all_messages",
    "gen_ai.task.input",
    "gen_ai.agent.input",
    "gen_ai.workflow.input",
    "gen_ai.content.prompt",
    "langfuse.trace.input",
    "mlflow.traceInputs",
    "gen_ai.tool.call.arguments",
    "crew_inputs",
    "haystack.pipeline.input_data",
    "input",
)
"""Where the instrumentations of frameworks and of apps' own functions write what a function was given."""
PLAIN_NAMES = ("question", "user_question", "user_message", "user_input", "user_query")
"""Attributes in which an app writes the question itself on a span of its own."""
WATCHED = frozenset({*INPUT_ATTRIBUTES, *PLAIN_NAMES})
ENVELOPES = frozenset(
    {"inputs", "kwargs", "args", "body", "payload", "data", "json", "query_bundle", "state", "arguments", "input"}
)
"""Names that say nothing of what is inside."""
STRONG = re.compile(
    r"(?:user_?|customer_?|human_?|current_?|original_?|chat_?|latest_?)?(?:question|query|message|msg|input|prompt"
    r"|utterance|request)(?:_?(?:str|text))?|user_?content|frage|pregunta"
)
NOT_ASKED = re.compile(
    r"system|template|instruction|context|document|docs|history|model|locale|lang|url|path|_id$|^id$|metadata|tags|config"
)
DEEPEST = 4
MOST_TEXTS = 30
LONGEST_INPUT = 400_000


@dataclass(frozen=True, slots=True)
class GivenText:
    """A text that a span was given. `asked`: its name, or that it is a user's message, says that a person typed it."""

    text: str
    asked: bool


def list_given(span: Span) -> list[GivenText]:
    """The texts that the span was given, those that a person typed first."""
    attributes = span.attributes
    found: list[GivenText] = []
    for name in INPUT_ATTRIBUTES:
        value = attributes.get(name)
        if value not in (None, "", []) and not (isinstance(value, str) and len(value) > LONGEST_INPUT):
            found.extend(read_given(value, keep_text=name == keys.ARGUMENTS))
    for name in PLAIN_NAMES:
        value = attributes.get(name)
        if isinstance(value, str) and value.strip():
            found.append(GivenText(value, asked=True))
    said = dict.fromkeys(given for given in found if given.text.strip())
    return sorted(said, key=lambda given: not given.asked)[:MOST_TEXTS]


def read_given(value: Any, *, keep_text: bool = False) -> list[GivenText]:
    """The texts in the input of a span: bare, JSON, messages, or the arguments of a function."""
    decoded = parse_json(value)
    if isinstance(decoded, str | int | float) and not isinstance(decoded, bool):
        return [GivenText(str(value if isinstance(value, str) and not value.startswith('"') else decoded), asked=True)]
    texts = list(walk(decoded, "", DEEPEST))
    if len(texts) == 1 and not texts[0].asked and keep_text:
        return [GivenText(texts[0].text, asked=True)]
    return texts


def walk(value: Any, name: str, levels: int) -> Iterator[GivenText]:
    if isinstance(value, str):
        if value.strip() and not NOT_ASKED.search(name):
            inner = parse_json(value) if value[:1] in "[{" else value
            if isinstance(inner, str | int | float) or not levels:
                yield GivenText(value, asked=is_asked(name))
            else:
                yield from walk(inner, name, levels - 1)
    elif isinstance(value, list):
        yield from walk_list(value, name, levels)
    elif isinstance(value, Mapping) and levels:
        items = list(value.items())[:MOST_TEXTS]
        told = any(isinstance(item, str) and is_asked(str(key).lower()) for key, item in items)
        for key, item in items:
            if told and not isinstance(item, str):
                continue  # beside the question: a history
            inner_name = name if key in ENVELOPES and isinstance(item, Mapping | list) else str(key).lower()
            if not (NOT_ASKED.search(inner_name) and not isinstance(item, str)):
                yield from walk(item, inner_name, levels - 1)


def walk_list(values: list[Any], name: str, levels: int) -> Iterator[GivenText]:
    """Messages are read as such: what the person said last; other lists item by item."""
    said = read_last_said(values)
    if said:
        inner = parse_json(said) if said.startswith("{") else None
        asked = [each for each in walk(inner, "", levels - 1) if each.asked] if isinstance(inner, Mapping) else []
        # Variables of a template, told as a message, are no words of a person unless one is called so.
        yield from asked or [GivenText(said, asked=not isinstance(inner, Mapping))]
    elif levels and not said:
        told = any(isinstance(item, str) for item in values)
        for item in values[:MOST_TEXTS]:
            if told and isinstance(item, list):
                continue  # beside the question: a history
            yield from walk(item, name, levels - 1)


def read_last_said(values: list[Any]) -> str:
    """The last message of a user, in the shapes of chat APIs and of LangChain; empty where these are no messages."""
    if len(values) == 1 and isinstance(values[0], list):
        return read_last_said(values[0])
    for value in reversed(values):
        if isinstance(value, list) and len(value) == 2 and value[0] in ("human", "user") and isinstance(value[1], str):
            return str(value[1])
        if not isinstance(value, Mapping):
            return ""
        kind = str(value.get("type") or "").lower()
        body = value.get("kwargs") if value.get("lc") else value.get("data")
        kind = str(body.get("type") or kind).lower() if isinstance(body, Mapping) else kind
        if kind in ("human", "humanmessage"):
            content = body.get("content") if isinstance(body, Mapping) else value.get("content")
            return find_user_text(parse_messages([{"role": "user", "content": content}]))
        if value.get("role") in ("user", "human"):
            return find_user_text(parse_messages([dict(value)]))
    return ""


def is_asked(name: str) -> bool:
    """Whether what was given under this name is a person's question."""
    return bool(STRONG.fullmatch(name)) or classify_name(name) == "question"


def list_variables(variables: Mapping[str, Any]) -> list[GivenText]:
    """The texts that a prompt's template was filled with, the question first."""
    return sorted(walk(variables, "", 1), key=lambda given: not given.asked)
