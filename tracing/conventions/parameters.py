"""What a model was asked beside its input: attributes and bodies in all spellings in, the GenAI conventions' names out.

`temperature`, `top_p`, `max_tokens`, `stop_sequences`, `choice.count`, `reasoning.level` and so on are what stands
behind `gen_ai.request.` there; what the conventions have no name for keeps OpenAI's (`response_format`).
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tracing.conventions.messages import parse_json
from tracing.spans import AttributeValue

NAMES: Mapping[str, str] = {
    "temperature": "temperature",
    "topp": "top_p",
    "topk": "top_k",
    "maxtokens": "max_tokens",
    "maxcompletiontokens": "max_tokens",
    "maxoutputtokens": "max_tokens",
    "maxtokenstosample": "max_tokens",
    "stop": "stop_sequences",
    "stopsequences": "stop_sequences",
    "seed": "seed",
    "frequencypenalty": "frequency_penalty",
    "presencepenalty": "presence_penalty",
    "n": "choice.count",
    "choicecount": "choice.count",
    "candidatecount": "choice.count",
    "reasoningeffort": "reasoning.level",
    "reasoninglevel": "reasoning.level",
    "thinking": "thinking",
    "responseformat": "response_format",
    "structuredoutputschema": "response_format",
    "outputtype": "output.type",
    "servicetier": "service_tier",
    "toolchoice": "tool_choice",
    "paralleltoolcalls": "parallel_tool_calls",
    "logprobs": "logprobs",
    "toplogprobs": "top_logprobs",
    "logitbias": "logit_bias",
    "modalities": "modalities",
    "verbosity": "verbosity",
    "encodingformats": "encoding_formats",
}
"""Our name of each parameter, by its name in small letters without what divides words."""
NESTED: Mapping[str, Mapping[str, str]] = {
    "reasoning": {"effort": "reasoning.level"},
    "text": {"format": "response_format", "verbosity": "verbosity"},
}
"""Parameters of OpenAI's responses API that stand in an object."""
GROUPS = ("generationConfig", "generation_config", "inferenceConfig", "config")
"""Fields of other providers' bodies that hold all parameters."""
PREFIXES = (
    "gen_ai.request.",
    "gen_ai.openai.request.",
    "openai.request.",
    "ai.settings.",
    "langsmith.metadata.ls_",
    "llm.",
    "gen_ai.output.",
)
DEFAULTS = {
    "temperature": 1,
    "top_p": 1,
    "frequency_penalty": 0,
    "presence_penalty": 0,
    "seed": 0,
    "output.type": "text",
}
"""What instrumentations that say something of every parameter say where an app asked for nothing."""
UNSET = (None, "", "Infinity", "NOT_GIVEN")
NOTHING_ASKED = {"max_tokens": -1, "choice.count": 1}
DIVIDERS = str.maketrans("", "", "._-")


def gather_parameters(attributes: Mapping[str, AttributeValue]) -> dict[str, Any]:
    """Parameters that have an attribute each."""
    found: dict[str, Any] = {}
    for name, value in attributes.items():
        if name.startswith(PREFIXES) and (our_name := translate_attribute(name)):
            found |= name_parameter(our_name, value)
    return found


@lru_cache(maxsize=4096)
def translate_attribute(name: str) -> str:
    """Our name of the parameter that an attribute holds; empty where it holds none."""
    prefix = next(each for each in PREFIXES if name.startswith(each))
    return NAMES.get(spell_plainly(name.removeprefix("gen_ai." if prefix == "gen_ai.output." else prefix)), "")


def read_parameters(asked: Any) -> dict[str, Any]:
    """Parameters of a request's body, or of an object of them; a group inside tells more."""
    body = parse_json(asked)
    if not isinstance(body, dict):
        return {}
    found: dict[str, Any] = {}
    for name, value in body.items():
        if our_name := translate_field(name):
            found |= name_parameter(our_name, value)
        elif name in NESTED and isinstance(value, dict):
            for inner, our_name in NESTED[name].items():
                found |= name_parameter(our_name, value.get(inner))
        elif name in GROUPS:
            found |= read_parameters(value)
    return found


def drop_defaults(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as told by one that fills in what an app did not ask for, without what it may have filled in."""
    return {name: value for name, value in parameters.items() if name not in DEFAULTS or DEFAULTS[name] != value}


@lru_cache(maxsize=4096)
def translate_field(name: str) -> str:
    return NAMES.get(spell_plainly(name), "")


def spell_plainly(name: str) -> str:
    return name.translate(DIVIDERS).lower()


def name_parameter(name: str, value: Any) -> dict[str, Any]:
    """The parameter, unless it is one that was not set; a single stop sequence is a list of one."""
    decoded = parse_json(value) if isinstance(value, str) and value.startswith(("{", "[")) else value
    if decoded in UNSET or decoded in ([], {}) or NOTHING_ASKED.get(name) == decoded or is_endless(decoded):
        return {}
    return {name: [decoded] if name == "stop_sequences" and isinstance(decoded, str) else decoded}


def is_endless(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
