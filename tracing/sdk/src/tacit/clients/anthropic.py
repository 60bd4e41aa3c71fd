"""The client of Anthropic, also at Amazon Bedrock, Google Vertex AI and Microsoft Foundry."""

import importlib
from typing import Final

from tacit.clients.anthropic_requests import read_messages_request
from tacit.clients.patching import Client
from tacit.clients.recording import Api

_APIS: Final = {"/v1/messages": Api("chat", read_messages_request)}
_PROVIDERS: Final = {"Bedrock": "aws.bedrock", "Vertex": "gcp.vertex_ai", "Foundry": "azure.ai.inference"}
"""Who answers a client with this in the name of its class; the names are the conventions'."""


def describe_client() -> Client:
    """Raises ImportError where the package is not installed."""
    anthropic = importlib.import_module("anthropic")
    return Client(
        _APIS,
        find_provider,
        anthropic.Anthropic,
        anthropic.AsyncAnthropic,
        (anthropic.Stream, anthropic.AsyncStream),
    )


def find_provider(instance: object) -> str:
    name = type(instance).__name__
    return next((provider for part, provider in _PROVIDERS.items() if part in name), "anthropic")
