"""The door to the judge: messages go to an OpenAI-compatible endpoint, its reply and what it took come back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import urllib3
from pydantic import SecretStr

TIMEOUT = urllib3.Timeout(connect=5.0, read=60.0)
MOST_BYTES = 1_000_000


class EndpointError(Exception):
    """The endpoint gave no reply; the message says why and holds nothing secret."""


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible server: `url` is what ends in `/v1` as a rule."""

    url: str
    model: str
    key: SecretStr

    def ask(self, messages: Sequence[Mapping[str, str]]) -> Reply:
        """One chat completion. Raises EndpointError."""
        return read_completion(self.post("chat/completions", {"model": self.model, "messages": list(messages)}))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        headers = {"Content-Type": "application/json"}
        if self.key.get_secret_value():
            headers["Authorization"] = f"Bearer {self.key.get_secret_value()}"
        url = f"{self.url.rstrip('/')}/{path}"
        try:
            with urllib3.PoolManager(timeout=TIMEOUT, retries=False) as pool:
                sent = json.dumps(body).encode()
                answer = pool.request("POST", url, body=sent, headers=headers, redirect=False, preload_content=False)
                content = answer.read(MOST_BYTES + 1)
                answer.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise EndpointError(f"did not answer ({type(error).__name__})") from error
        if answer.status != 200:
            raise EndpointError(f"answered {answer.status}{describe_refusal(answer.status)}")
        if len(content) > MOST_BYTES:
            raise EndpointError(f"answered with more than {MOST_BYTES:,} bytes")
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise EndpointError("answered with something else than JSON") from error


def describe_refusal(status: int) -> str:
    """What to do about it."""
    return {
        401: ": see TACIT_JUDGE_KEY",
        403: ": see TACIT_JUDGE_KEY",
        404: ": see TACIT_JUDGE_URL and TACIT_JUDGE_MODEL",
        429: ": too many requests, or no credit left",
    }.get(status, "")


def read_completion(body: Any) -> Reply:
    """The reply of a chat completion. Raises EndpointError."""
    try:
        text = body["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError) as error:
        raise EndpointError("answered with something else than a chat completion") from error
    usage = body.get("usage")
    return Reply(
        text if isinstance(text, str) else "",
        read_count(usage, "prompt_tokens"),
        read_count(usage, "completion_tokens"),
    )


def read_count(usage: Any, name: str) -> int:
    value = usage.get(name) if isinstance(usage, dict) else 0
    return value if isinstance(value, int) and 0 <= value < 2**31 else 0
