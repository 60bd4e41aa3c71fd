"""The prompt that a call was made with, as its span or one around it names it: name, version and variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tacit import attributes as keys

from tracing.conventions.messages import parse_json
from tracing.conventions.shared_attributes import pick_text
from tracing.spans import AttributeValue, Span, Trace

NAME_KEYS = (
    keys.PROMPT_NAME,
    "langfuse.observation.prompt.name",
    "traceloop.prompt.key",
    "langsmith.metadata.lc_hub_repo",
    "prompt.id",
)
VERSION_KEYS = (
    keys.PROMPT_VERSION,
    "gen_ai.prompt.version",
    "langfuse.observation.prompt.version",
    "traceloop.prompt.version",
    "langsmith.metadata.lc_hub_commit_hash",
)
VARIABLES_KEY = keys.PROMPT_VARIABLES
VARIABLES_PREFIX = "traceloop.prompt.template_variables."
LINKED = "mlflow.linkedPrompts"
NAMED_BY = frozenset({*NAME_KEYS, *VERSION_KEYS, VARIABLES_KEY, LINKED})


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a call's prompt is called, and what its template was filled with."""

    name: str = ""
    version: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)

    def as_fields(self) -> dict[str, Any]:
        return {"prompt_name": self.name, "prompt_version": self.version, "prompt_variables": self.variables}


NO_PROMPT = Prompt()


def find_prompt(span: Span, trace: Trace) -> Prompt:
    """The prompt that the nearest span tells of: the call's, else one around it."""
    if not names_prompts(trace):
        return NO_PROMPT
    prompts = (read_prompt(each.attributes) for each in (span, *trace.ancestors(span)))
    return next((prompt for prompt in prompts if prompt != NO_PROMPT), NO_PROMPT)


def names_prompts(trace: Trace) -> bool:
    names = trace.attribute_names
    return not NAMED_BY.isdisjoint(names) or any(name.startswith(VARIABLES_PREFIX) for name in names)


def read_prompt(attributes: Mapping[str, AttributeValue]) -> Prompt:
    variables = read_variables(attributes)
    if not variables:
        told = {name: value for name, value in attributes.items() if name.startswith(VARIABLES_PREFIX)}
        variables = {name.removeprefix(VARIABLES_PREFIX): value for name, value in told.items()}
    linked = read_linked(attributes)
    return Prompt(
        name=pick_text(attributes, NAME_KEYS) or linked.name,
        version=pick_text(attributes, VERSION_KEYS) or linked.version,
        variables=variables,
    )


def read_variables(attributes: Mapping[str, AttributeValue]) -> Mapping[str, Any]:
    """What the prompt's template was filled with; many spans of a trace say the same."""
    value = attributes.get(VARIABLES_KEY)
    return parse_variables(value) if isinstance(value, str) else value if isinstance(value, dict) else {}


@lru_cache(maxsize=64)
def parse_variables(text: str) -> Mapping[str, Any]:
    variables = parse_json(text)
    return variables if isinstance(variables, dict) else {}


def read_linked(attributes: Mapping[str, AttributeValue]) -> Prompt:
    """MLflow's: a list of prompts from its registry, of which the last was loaded for this call."""
    listed = parse_json(attributes.get(LINKED))
    prompts = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return Prompt(pick_text(prompts[-1], ("name",)), pick_text(prompts[-1], ("version",))) if prompts else NO_PROMPT


def read_stored_prompt(body: Mapping[str, Any]) -> Prompt:
    """The prompt that OpenAI's responses API keeps, in a request or a response (`prompt: {id, version, variables}`)."""
    prompt = body.get("prompt")
    if not isinstance(prompt, dict):
        return NO_PROMPT
    variables = prompt.get("variables")
    return Prompt(
        pick_text(prompt, ("id",)), pick_text(prompt, ("version",)), variables if isinstance(variables, dict) else {}
    )
