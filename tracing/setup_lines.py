"""Where a server is, its project's key and the way an app is built come in; the lines to paste go out, for each way."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

KEY_PLACE = "tacit_…"
"""Stands where the key goes, as long as it is not known."""


@dataclass(frozen=True, slots=True)
class Lines:
    id: str
    sentence: str
    """What they do."""
    text: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which an app may be built."""

    name: str
    title: str
    sentence: str
    steps: Sequence[Lines]
    after: str = ""
    """What to do next, in a sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the lines lead."""

    endpoint: str
    sdk: str | PurePath
    """What pip installs the SDK from."""
    key: str = ""
    """Empty where none is needed."""

    @property
    def headers(self) -> str:
        return f"\nexport OTEL_EXPORTER_OTLP_HEADERS=x-api-key={self.key}" if self.key else ""

    @property
    def configure(self) -> str:
        key = f', api_key="{self.key}"' if self.key else ""
        return f'tacit.configure(endpoint="{self.endpoint}"{key})'

    @property
    def exporter(self) -> str:
        return (
            f"export OTEL_EXPORTER_OTLP_ENDPOINT={self.endpoint}\n"
            f"export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf{self.headers}"
        )


WHO = "Run it once. Inside `with tacit.conversation(id=…, user_id=…):` a dialogue stays together and has its user."


def list_ways(place: Place, trace_id: str, now_ns: int) -> list[Way]:
    """The ways, the shortest first; `trace_id` and `now_ns` are those of the span that a shell sends."""
    install = f"pip install {place.sdk}"
    return [
        Way(
            "decorator",
            "Python, by a decorator",
            "Any function that answers, async and streaming ones too.",
            [
                Lines("install", "The SDK, a small package on top of OpenTelemetry.", install),
                Lines(
                    "decorate",
                    "Three lines around the function that answers.",
                    f"import tacit\n\n{place.configure}\n\n@tacit.observe\ndef answer(message: str) -> str:\n    ...",
                ),
            ],
            WHO,
        ),
        Way(
            "openai",
            "Python, with OpenAI’s client",
            "Every call with its messages, tools and tokens; for Anthropic’s it is `tacit.instrument_anthropic()`.",
            [
                Lines("install-openai", "The SDK beside the client.", f"{install} openai"),
                Lines(
                    "openai",
                    "Before the first call.",
                    f"import tacit\n\n{place.configure}\ntacit.instrument_openai()",
                ),
            ],
            WHO,
        ),
        Way(
            "otel",
            "OpenTelemetry is there already",
            "OpenLLMetry, OpenInference, Langfuse, LangChain, Pydantic AI, the AI SDK of Vercel: any language.",
            [Lines("exporter", "Where its exporter sends.", place.exporter)],
            "Conversations are found by `gen_ai.conversation.id` or `session.id`; else every trace is one of its own.",
        ),
        Way(
            "untouched",
            "Python, and no line changed",
            "OpenTelemetry’s own command around the app.",
            [
                Lines(
                    "distro",
                    "What it takes.",
                    "pip install opentelemetry-instrumentation-genai-openai opentelemetry-distro "
                    "opentelemetry-exporter-otlp-proto-http",
                ),
                Lines(
                    "command",
                    "Then start the app so.",
                    f"{place.exporter}\nexport OTEL_SERVICE_NAME=my-app\n"
                    "export OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_ONLY\n"
                    "opentelemetry-instrument python app.py",
                ),
            ],
        ),
        Way(
            "shell",
            "Only to try it: one span from a shell",
            "A question and its answer, as any program may send them: OTLP over HTTP, in JSON.",
            [Lines("curl", "Ids and times are of this moment.", write_curl(place, trace_id, now_ns))],
        ),
    ]


def write_curl(place: Place, trace_id: str, now_ns: int) -> str:
    """A command of one span that tells of a model call."""
    texts = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-x",
        "gen_ai.conversation.id": f"try-{trace_id[:6]}",
        "gen_ai.input.messages": json.dumps(
            [{"role": "user", "parts": [{"type": "text", "content": "How do I reset it?"}]}]
        ),
        "gen_ai.output.messages": json.dumps(
            [{"role": "assistant", "parts": [{"type": "text", "content": "Hold the button."}]}]
        ),
    }
    span = {
        "traceId": trace_id,
        "spanId": trace_id[:16],
        "name": "chat gpt-x",
        "kind": 3,
        "startTimeUnixNano": str(now_ns - 10**9),
        "endTimeUnixNano": str(now_ns),
        "attributes": [{"key": key, "value": {"stringValue": text}} for key, text in texts.items()],
    }
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}, indent=1)
    key = f" -H 'x-api-key: {place.key}'" if place.key else ""
    return f"curl {place.endpoint}/v1/traces -H 'Content-Type: application/json'{key} -d '{body}'"


def write_script(endpoint: str, key: str = "tacit_browser_…") -> str:
    """What stands in a web page, so that it tells of thumbs and the like."""
    return (
        f'<script src="{endpoint}/tacit.js" data-key="{key}"></script>\n'
        '<div data-tacit-message="…">\n'
        '  <button data-tacit-thumb="up">Good</button> <button data-tacit-thumb="down">Bad</button>\n</div>'
    )
