"""The client of OpenAI, of Azure, and of every provider that its `base_url` is pointed at."""

import importlib
from typing import Final

from tacit import attributes as keys
from tacit.clients.openai_requests import read_chat_request, read_embeddings_request, read_responses_request
from tacit.clients.patching import Client
from tacit.clients.recording import Api
from tacit.fields import get_field, get_text

_SERVICE_TIER: Final[dict[tuple[str, ...], str]] = {("service_tier",): keys.OPENAI_RESPONSE_SERVICE_TIER}
_APIS: Final = {
    "/chat/completions": Api(
        "chat", read_chat_request, {**_SERVICE_TIER, ("system_fingerprint",): keys.OPENAI_SYSTEM_FINGERPRINT}
    ),
    "/responses": Api("chat", read_responses_request, {**_SERVICE_TIER, ("error", "code"): keys.ERROR_TYPE}),
    "/embeddings": Api(
        "embeddings",
        read_embeddings_request,
        {("model",): keys.RESPONSE_MODEL, ("usage", "prompt_tokens"): keys.INPUT_TOKENS},
    ),
}
_PROVIDERS: Final = {
    "openai.azure.com": "azure.ai.openai",
    "deepseek.com": "deepseek",
    "groq.com": "groq",
    "mistral.ai": "mistral_ai",
    "perplexity.ai": "perplexity",
    "x.ai": "x_ai",
    "googleapis.com": "gcp.gemini",
}
"""Who answers at a host that ends so; the names are the conventions'."""


def describe_client() -> Client:
    """Raises ImportError where the package is not installed."""
    openai = importlib.import_module("openai")
    return Client(_APIS, find_provider, openai.OpenAI, openai.AsyncOpenAI, (openai.Stream, openai.AsyncStream))


def find_provider(instance: object) -> str:
    if "Azure" in type(instance).__name__:
        return "azure.ai.openai"
    host = get_text(get_field(instance, "base_url"), "host")
    return next((provider for end, provider in _PROVIDERS.items() if f".{host}".endswith(f".{end}")), "openai")
