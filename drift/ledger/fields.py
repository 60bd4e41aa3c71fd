"""What is watched of a model call, listed once: a call comes in, the names and values of what it was made with go out.

A field may tell several things: each parameter and each tool is watched for itself. To add one, add it to `FIELDS`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from drift.ledger.watching import AT_ONCE, SETTLED

Values = Mapping[str, str]
"""By what they are called inside the field; the field's one value by the empty name."""
Scope = Literal["prompt", "segment"]
LONGEST_VALUE = 20_000
FEW = 3
MOST_TOOLS = 200


@dataclass(frozen=True, slots=True)
class Call:
    """One model call, as the table of generations has it; objects and lists are JSON texts."""

    time_ns: int
    trace_id: str = ""
    span_id: str = ""
    user_id: str = ""
    conversation_id: str = ""
    system_instructions: str = ""
    prompt_name: str = ""
    prompt_version: str = ""
    prompt_variables: str = "{}"
    provider: str = ""
    request_model: str = ""
    response_model: str = ""
    parameters: str = "{}"
    tool_definitions: str = "[]"
    metadata: str = "{}"
    attributes: str = "{}"
    """Those of the span, for the provider's fingerprint."""
    resource: str = "{}"
    """Attributes of the service, for its release and the SDK's."""

    @property
    def occasion(self) -> str:
        """What stands for the user where none is named."""
        return self.conversation_id or self.trace_id


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is watched; `prompt` fields are watched for each prompt apart."""

    name: str
    title: str
    read: Callable[[Call], Values]
    scope: Scope = "prompt"
    told_when_missing: bool = False
    """Whether a call without it says something: a parameter that is not set, but no model that never answered."""
    patience: Mapping[str, int] | None = None
    """How long a value must have stood for another to be news, where that is not at once."""

    def find_patience(self, name: str) -> int:
        return (self.patience or {}).get(name, AT_ONCE)


FINGERPRINTS = (
    "gen_ai.openai.response.system_fingerprint",
    "gen_ai.response.system_fingerprint",
    "openai.response.system_fingerprint",
    "llm.openai.response.system_fingerprint",
    "system_fingerprint",
    "provider_fingerprint",
    "model_revision",
)
RELEASES = ("service.version", "deployment.version", "app.version", "app_version", "release", "git_sha", "commit_sha")
SDKS = (("telemetry.distro.name", "telemetry.distro.version"), ("telemetry.sdk.name", "telemetry.sdk.version"))
RETRIEVAL = {
    "index": (
        "index_version",
        "retrieval.index_version",
        "rag.index_version",
        "vector_index_version",
        "knowledge_base_version",
        "index_name",
        "index",
    ),
    "embedding": ("embedding_model", "retrieval.embedding_model", "rag.embedding_model", "embedding_model_name"),
    "embedding version": ("embedding_version", "embedding_model_version", "retrieval.embedding_version"),
    "reranker": ("reranker", "rerank_model", "reranker_model", "retrieval.reranker"),
    "chunking": ("chunk_size", "chunking_version", "splitter_version"),
    "top k": ("retrieval.top_k", "retrieval_top_k", "rag.top_k"),
}


@lru_cache(maxsize=4096)
def parse_object(text: str) -> Mapping[str, Any]:
    found = _parse(text)
    return found if isinstance(found, dict) else {}


@lru_cache(maxsize=1024)
def parse_tools(text: str) -> Values:
    """Each tool's definition by its name; their order, and that of what they hold, does not matter."""
    found = _parse(text)
    tools = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return {name_tool(tool): write_canonically(tool) for tool in tools[:MOST_TOOLS]}


@lru_cache(maxsize=1024)
def read_tool_names(text: str) -> Values:
    return {"": "\n".join(sorted(parse_tools(text)))}


def _parse(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def name_tool(tool: Mapping[str, Any]) -> str:
    function = tool.get("function")
    named = function if isinstance(function, dict) else tool
    return str(named.get("name") or tool.get("type") or "tool")[:200]


def write_canonically(value: Any) -> str:
    """The same text for the same value: keys in order, `required` and `enum` as the sets that they are."""
    return json.dumps(_order(value), ensure_ascii=False, sort_keys=True, indent=1)[:LONGEST_VALUE]


def _order(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {str(key): _order(each, str(key)) for key, each in value.items()}
    if isinstance(value, list):
        ordered = [_order(each) for each in value]
        is_set = name in ("required", "enum") and all(isinstance(each, str) for each in ordered)
        return sorted(ordered) if is_set else ordered
    return value


def show_value(value: Any) -> str:
    return value[:LONGEST_VALUE] if isinstance(value, str) else write_canonically(value)


def read_one(value: str) -> Values:
    return {"": value[:LONGEST_VALUE]} if value else {}


def pick(found: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((show_value(found[name]) for name in names if found.get(name) not in (None, "", [], {})), "")


@lru_cache(maxsize=4096)
def _read_parameters(text: str) -> Values:
    return {name[:200]: show_value(value) for name, value in parse_object(text).items() if value is not None}


def read_fingerprint(call: Call) -> Values:
    found = (pick(parse_object(text), FINGERPRINTS) for text in (call.attributes, call.parameters, call.metadata))
    return read_one(next(filter(None, found), ""))


def read_release(call: Call) -> Values:
    found = (pick(parse_object(text), RELEASES) for text in (call.metadata, call.resource))
    return read_one(next(filter(None, found), ""))


@lru_cache(maxsize=4096)
def _read_retrieval(text: str) -> Values:
    metadata = parse_object(text)
    found = {name: pick(metadata, keys) for name, keys in RETRIEVAL.items()}
    return {name: value for name, value in found.items() if value}


@lru_cache(maxsize=1024)
def _read_sdk(text: str) -> Values:
    told = parse_object(text)
    found = ((show_value(told.get(name) or "SDK"), told.get(version)) for name, version in SDKS)
    return {name: show_value(version) for name, version in found if version}


def list_variables(call: Call) -> list[str]:
    """The texts that the prompt's template was filled with."""
    return [show_value(value) for value in parse_object(call.prompt_variables).values() if value is not None]


FIELDS: tuple[Field, ...] = (
    Field("prompt_version", "Prompt version", lambda call: read_one(call.prompt_version)),
    Field("provider", "Provider", lambda call: read_one(call.provider), patience={"": FEW}),
    Field("request_model", "Model asked for", lambda call: read_one(call.request_model), patience={"": FEW}),
    Field("response_model", "Model that answered", lambda call: read_one(call.response_model), patience={"": FEW}),
    Field("fingerprint", "Provider's fingerprint", read_fingerprint),
    Field(
        "parameters",
        "Parameters",
        lambda call: _read_parameters(call.parameters),
        told_when_missing=True,
        patience={"max_tokens": FEW, "seed": SETTLED, "stop_sequences": FEW},
    ),
    Field("tools", "Tools", lambda call: read_tool_names(call.tool_definitions)),
    Field("tool", "Definition of a tool", lambda call: parse_tools(call.tool_definitions)),
    Field("retrieval", "Retrieval", lambda call: _read_retrieval(call.metadata)),
    Field("sdk", "Release of the SDK", lambda call: _read_sdk(call.resource), scope="segment"),
    Field("release", "Release of the service", read_release, scope="segment"),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
INSTRUCTIONS, PROMPT = "system_instructions", "prompt"
TITLES: Mapping[str, str] = {
    INSTRUCTIONS: "System instructions",
    PROMPT: "Prompt",
    **{field.name: field.title for field in FIELDS},
}
