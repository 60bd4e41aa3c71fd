"""Records what a real instrumentation sends: runs an app in an environment of its own, against a fake model.

    .venv/bin/python -m tests.tracing.conventions.recordings.record NAME …    (no name: all of them)

What arrives by OTLP while `its app of `apps/`` runs becomes `NAME-VERSION.json.gz` beside this file, in the form that
README.md tells. The newest versions that install are taken.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.recipes.environments import CACHE, SDK, Environment, make_node_environment, make_python_environment
from tests.recipes.model_server import Script, run_model
from tracing.receive.encodings import Encoding, parse_message

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
MACHINE = ("host.", "os.", "process.")
OTLP = "opentelemetry-exporter-otlp-proto-http"
TOPICS = HERE / "apps" / "topics"
WHAT = "Seven dialogues with a local fake of the provider's API, each named by its conversation id (see README.md)."
MORE_WHAT = "More dialogues, three of them told apart by their histories alone (see README.md)."
WHAT_WAS_ASKED = (
    "Questions to a retrieval app without any id; `said` has them in the words that were typed (see README.md)."
)
PROMPT = {
    "type": "text",
    "name": "find_order",
    "version": 3,
    "prompt": "Where is my order {{order}}?",
    "config": {},
    "labels": ["production"],
    "tags": [],
}


@dataclass(frozen=True)
class Source:
    """One instrumentation: what is installed, the first of which names the version."""

    requirements: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)
    app: str = ""
    """The app that talks, where it is not called like the recording; with `.mjs` it runs in Node."""
    environment: str = ""
    """Whose environment it runs in, where not in its own."""
    topic: str = ""
    """What a retrieval app is asked about."""
    way: str = ""
    """The template or the chain by which a retrieval app asks."""
    frame: str = "{}"
    """What the app expects around an answer."""


CONTENT = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY"}
LATEST = {"OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental"}
LANGCHAIN = ("langchain", "langchain-openai", "langchain-classic")
LLAMA_INDEX = ("llama-index-core", "llama-index-llms-openai", "llama-index-embeddings-openai")
TRACELOOP = ("traceloop-sdk", "opentelemetry-sdk==1.45.1")  # pip finds no version by itself that fits all it names
NODE = ("@opentelemetry/sdk-node", "@opentelemetry/api")
VERCEL = ("@ai-sdk/openai", *NODE, "zod")

DIALOGUES = {
    "genai-openai": Source(("opentelemetry-instrumentation-genai-openai", "openai", OTLP), CONTENT),
    "genai-anthropic": Source(("opentelemetry-instrumentation-genai-anthropic", "anthropic", OTLP), CONTENT),
    "genai-langchain": Source(("opentelemetry-instrumentation-genai-langchain", *LANGCHAIN, OTLP), CONTENT),
    "openinference-openai": Source(("openinference-instrumentation-openai", "openai", OTLP)),
    "openinference-anthropic": Source(("openinference-instrumentation-anthropic", "anthropic", OTLP)),
    "openinference-langchain": Source(("openinference-instrumentation-langchain", *LANGCHAIN, OTLP)),
    "openinference-llama-index": Source(("openinference-instrumentation-llama-index", *LLAMA_INDEX, OTLP)),
    "openinference-openai-agents": Source(("openinference-instrumentation-openai-agents", "openai-agents", OTLP)),
    "traceloop-openai": Source((*TRACELOOP, "openai", "httpx")),
    "traceloop-langchain": Source((*TRACELOOP, *LANGCHAIN)),
    "langfuse-openai": Source(("langfuse", "openai")),
    "langfuse-openai-3": Source(("langfuse<4", "openai"), app="langfuse-openai"),
    "langfuse-openai-4": Source(("langfuse<5", "openai"), app="langfuse-openai"),
    "logfire-openai": Source(("logfire", "openai")),
    "pydantic-ai": Source(("pydantic-ai-slim[openai]", OTLP), app="pydantic-ai-agent"),
    "openlit-openai": Source(("openlit", "openai")),
    "mlflow-openai": Source(("mlflow", "openai", OTLP)),
    "langsmith-openai": Source(("langsmith[otel]", "openai")),
    "langsmith-langchain": Source(("langsmith[otel]", *LANGCHAIN)),
    "laminar-openai": Source(("lmnr[openai]", "openai")),
    "genai-google": Source(("opentelemetry-instrumentation-google-genai", "google-genai<3", OTLP), CONTENT | LATEST),
    "openinference-google": Source(("openinference-instrumentation-google-genai", "google-genai", OTLP)),
    "litellm-otel": Source(
        ("litellm", "mcp", "opentelemetry-sdk", OTLP),
        {"OTEL_EXPORTER": "otlp_http", "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
    ),
    "langfuse-langchain": Source(("langfuse", *LANGCHAIN)),
    "logfire-pydantic-ai": Source(("logfire", "pydantic-ai-slim[openai]")),
    "strands-agent": Source(("strands-agents[openai]", OTLP)),
    "agent-framework": Source(("agent-framework-core", "agent-framework-openai", OTLP), app="agent_framework_agent.py"),
    "tacit-openai": Source((f"tacit @ file://{SDK}", "openai")),
    "vercel-ai-sdk": Source(("ai", "@ai-sdk/otel", *VERCEL), app="vercel_ai_sdk.mjs"),
    "vercel-ai-sdk-5": Source(("ai@5", "@ai-sdk/openai@2", *NODE, "zod"), app="vercel_ai_sdk_5.mjs"),
    "openinference-openai-js": Source(
        ("@arizeai/openinference-instrumentation-openai", "@arizeai/openinference-core", "openai", *NODE),
        app="openinference_openai_js.mjs",
    ),
    "openinference-langchain-js": Source(
        (
            "@arizeai/openinference-instrumentation-langchain",
            "@arizeai/openinference-core",
            "@langchain/core",
            "@langchain/openai",
            "zod",
            *NODE,
        ),
        app="openinference_langchain_js.mjs",
    ),
    "langfuse-openai-js": Source(
        ("@langfuse/openai", "@langfuse/otel", "@langfuse/tracing", "openai", *NODE), app="langfuse_openai_js.mjs"
    ),
    "traceloop-openai-js": Source(("@traceloop/node-server-sdk", "openai"), app="traceloop_openai_js.mjs"),
}


def retrieve_by(name: str, topic: str, way: str = "", app: str = "") -> Source:
    """A retrieval app in the environment of the source of that name."""
    app = app or f"retrieval_{name.replace('-', '_')}.py"
    return replace(DIALOGUES[name], app=app, environment=name, topic=topic, way=way)


RETRIEVAL = {
    "genai-openai": retrieve_by("genai-openai", "shop", "context-first"),
    "openinference-openai": retrieve_by("openinference-openai", "code", "tags"),
    "langfuse-openai": retrieve_by("langfuse-openai", "staff", "german"),
    "logfire-openai": retrieve_by("logfire-openai", "shop", "headings"),
    "openlit-openai": retrieve_by("openlit-openai", "code", "question-first"),
    "mlflow-openai": retrieve_by("mlflow-openai", "staff", "date-first"),
    "traceloop-openai": retrieve_by("traceloop-openai", "code", "json"),
    "laminar-openai": retrieve_by("laminar-openai", "shop", "documents-as-system"),
    "langsmith-openai": retrieve_by("langsmith-openai", "staff", "french"),
    "tacit-openai": retrieve_by("tacit-openai", "shop", "headings"),
    "openinference-langchain": retrieve_by("openinference-langchain", "shop", "chain"),
    "openinference-langchain-history": retrieve_by("openinference-langchain", "staff", "history"),
    "traceloop-langchain": retrieve_by("traceloop-langchain", "code", "chain"),
    "traceloop-langchain-history": retrieve_by("traceloop-langchain", "shop", "history"),
    "genai-langchain": retrieve_by("genai-langchain", "staff", "chain"),
    "genai-langchain-history": retrieve_by("genai-langchain", "code", "history"),
    "openinference-llama-index": retrieve_by("openinference-llama-index", "shop", "query"),
    "openinference-llama-index-context": retrieve_by("openinference-llama-index", "staff", "context"),
    "openinference-llama-index-condense": retrieve_by("openinference-llama-index", "code", "condense_plus_context"),
    "pydantic-ai-tool": retrieve_by("pydantic-ai", "staff", "tool", "retrieval_pydantic_ai.py"),
    "pydantic-ai-prompt": retrieve_by("pydantic-ai", "staff", "prompt", "retrieval_pydantic_ai.py"),
    "langfuse-langchain": retrieve_by("langfuse-langchain", "shop", "chain"),
    "langfuse-langchain-history": retrieve_by("langfuse-langchain", "staff", "history"),
    "openinference-haystack": Source(
        ("openinference-instrumentation-haystack", "haystack-ai", OTLP),
        app="retrieval_openinference_haystack.py",
        topic="shop",
    ),
    "openinference-dspy": Source(
        ("openinference-instrumentation-dspy", "dspy", OTLP),
        app="retrieval_openinference_dspy.py",
        topic="staff",
        frame="[[ ## response ## ]]\n{}\n\n[[ ## completed ## ]]",
    ),
    "genai-anthropic": retrieve_by("genai-anthropic", "travel"),
    "openinference-google": retrieve_by("openinference-google", "travel"),
    "strands-agent": retrieve_by("strands-agent", "travel"),
    "agent-framework": retrieve_by("agent-framework", "travel"),
    "openinference-langgraph": retrieve_by(
        "openinference-langchain", "travel", app="retrieval_openinference_langgraph.py"
    ),
    "langfuse-openai-js": retrieve_by("langfuse-openai-js", "travel", app="retrieval_langfuse_openai_js.mjs"),
    "vercel-ai-sdk": retrieve_by("vercel-ai-sdk", "shop", app="retrieval_vercel_ai_sdk.mjs"),
}
MORE = {
    name: replace(DIALOGUES[name], app=app, environment=name, topic="more")
    for name, app in {
        "genai-openai": "genai_openai.py",
        "genai-anthropic": "genai_anthropic.py",
        "genai-langchain": "genai_langchain.py",
        "openinference-openai": "openinference_openai.py",
        "openinference-anthropic": "openinference_anthropic.py",
        "openinference-langchain": "openinference_langchain.py",
        "openinference-openai-agents": "more_openinference_openai_agents.py",
        "traceloop-openai": "traceloop_openai.py",
        "traceloop-langchain": "traceloop_langchain.py",
        "langfuse-openai": "langfuse_openai.py",
        "logfire-openai": "logfire_openai.py",
        "openlit-openai": "openlit_openai.py",
        "mlflow-openai": "mlflow_openai.py",
        "langsmith-openai": "langsmith_openai.py",
        "langsmith-langchain": "langsmith_langchain.py",
        "laminar-openai": "laminar_openai.py",
        "tacit-openai": "tacit_openai.py",
        "pydantic-ai": "more_pydantic_ai.py",
        "vercel-ai-sdk": "more_vercel_ai_sdk.mjs",
    }.items()
}
OPENAI_1, OTLP_1 = "openai<2", f"{OTLP}<1.36"
OLDER = {
    "older-traceloop-openai": Source(
        ("traceloop-sdk==0.38.12", "opentelemetry-sdk<1.36", OPENAI_1, "httpx"), app="traceloop_openai.py"
    ),
    "older-openai-v2": Source(
        ("opentelemetry-instrumentation-openai-v2==2.1b0", OPENAI_1, OTLP_1),
        {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"},
        app="older_openai_v2.py",
    ),
    "older-logfire-openai": Source(("logfire==3.14.1", OPENAI_1), app="logfire_openai.py"),
    "older-pydantic-ai": Source(("pydantic-ai-slim[openai]==0.4.11", OPENAI_1, OTLP_1), app="older_pydantic_ai.py"),
    "older-openinference-openai": Source(
        ("openinference-instrumentation-openai==0.1.18", OPENAI_1, OTLP, "wrapt<2"), app="openinference_openai.py"
    ),
    "older-vercel-ai-sdk": Source(("ai@4", "@ai-sdk/openai@1", *NODE, "zod@3"), app="older_vercel_ai_sdk.mjs"),
}
"""What apps that were not touched for a year or more still send."""
SOURCES = (
    DIALOGUES
    | OLDER
    | {f"more-{name}": source for name, source in MORE.items()}
    | {f"retrieval-{name}": source for name, source in RETRIEVAL.items()}
)


class Sink(ThreadingHTTPServer):
    """Takes OTLP over HTTP, at whatever path; metrics are answered and forgotten."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SinkHandler)
        self.traces = ExportTraceServiceRequest()
        self.logs = ExportLogsServiceRequest()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class SinkHandler(BaseHTTPRequestHandler):
    server: Sink

    def log_message(self, format: str, *args: object) -> None:
        """Only what is recorded is said."""

    def do_POST(self) -> None:
        body = self.read_body()
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        encoding = Encoding.JSON if "json" in self.headers["Content-Type"] else Encoding.PROTOBUF
        if self.path.endswith("/v1/traces"):
            self.server.traces.MergeFrom(parse_message(body, ExportTraceServiceRequest, encoding))
        elif self.path.endswith("/v1/logs"):
            self.server.logs.MergeFrom(parse_message(body, ExportLogsServiceRequest, encoding))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def read_body(self) -> bytes:
        """Of a known length, or in chunks, as Node sends it."""
        if "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers["Content-Length"]))
        body = b""
        while length := int(self.rfile.readline(), 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def do_GET(self) -> None:
        """The prompt that an app asks Langfuse for; else nothing."""
        body = json.dumps(PROMPT).encode() if "/api/public/v2/prompts/" in self.path else b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def run_sink() -> Iterator[Sink]:
    with Sink() as sink:
        threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield sink
        sink.shutdown()


def record(name: str) -> Path:
    """The file that holds what the instrumentation sent."""
    source = SOURCES[name]
    environment = Environment(f"record-{source.environment or name}", source.requirements)
    command = prepare(environment, source.app or f"{name.replace('-', '_')}.py")
    if source.topic:
        command += [TOPICS / f"{source.topic}.json", source.way]
    with run_sink() as sink, run_model(read_script(source)) as model:
        subprocess.run(
            command,
            cwd=environment.directory,
            env=inherit() | name_endpoints(sink.url) | model.variables | source.settings,
            timeout=120,
            check=True,
        )
    made_with = environment.read_versions()
    forget_machine(sink.traces.resource_spans)
    forget_machine(sink.logs.resource_logs)
    recorded = {
        "what": describe(source),
        "made_with": made_with,
        "settings": source.settings,
        **({"said": read_questions(source.topic)} if source.topic not in ("", "more") else {}),
        "traces": MessageToDict(sink.traces),
        "logs": MessageToDict(sink.logs),
    }
    return write_recording(re.sub(r"-\d+$", "", name), next(iter(made_with.values())), recorded)


def describe(source: Source) -> str:
    return {"": WHAT, "more": MORE_WHAT}.get(source.topic, WHAT_WAS_ASKED)


def read_topic(topic: str) -> list[list[dict[str, str]]]:
    """Its dialogues, each of questions with their answers."""
    dialogues: list[list[dict[str, str]]] = json.loads((TOPICS / f"{topic}.json").read_text("utf-8"))["dialogues"]
    return dialogues


def read_questions(topic: str) -> list[list[str]]:
    return [[each["question"] for each in dialogue] for dialogue in read_topic(topic)]


def read_script(source: Source) -> Script:
    """What the model says to a topic's questions, and to the same where they are made to stand alone."""
    if not source.topic:
        return Script()
    asked = [each for dialogue in read_topic(source.topic) for each in dialogue]
    rewrites = {each["question"]: each.get("standalone", each["question"]) for each in asked}
    answers = {text: each["answer"] for each in asked for text in (each["question"], rewrites[each["question"]])}
    again = {each["answer"]: each["again"] for each in asked if "again" in each}
    return Script(answers, rewrites, again, source.frame)


def prepare(environment: Environment, app: str) -> list[str | Path]:
    """The command that runs the app, with everything installed."""
    if not app.endswith(".mjs"):
        return [make_python_environment(environment).python, HERE / "apps" / app]
    make_node_environment(environment)
    for script in (HERE / "apps").glob("*.mjs"):
        shutil.copy(script, environment.directory)  # Node looks for modules beside the file
    return ["node", app]


def write_recording(name: str, version: str, recorded: dict[str, Any]) -> Path:
    path = HERE / f"{name}-{version}.json.gz"
    text = hide_machine(json.dumps(recorded, indent=1, ensure_ascii=False)) + "\n"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


def hide_machine(text: str) -> str:
    """Without names of directories; stack traces tell them."""
    return text.replace(str(ROOT), "/shop").replace(str(CACHE), "/environments").replace(str(Path.home()), "~")


def forget_machine(request: Any) -> None:
    """Takes what tells of the machine from every resource."""
    for group in request:
        kept = [each for each in group.resource.attributes if not each.key.startswith(MACHINE)]
        del group.resource.attributes[:]
        group.resource.attributes.extend(kept)


def inherit() -> dict[str, str]:
    """The environment without what would lead an app elsewhere."""
    prefixes = ("OTEL_", "OPENAI_", "ANTHROPIC_", "TACIT_", "LANGFUSE_", "LANGSMITH_", "TRACELOOP_", "LMNR_")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}


def name_endpoints(url: str) -> dict[str, str]:
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_SERVICE_NAME": "shop",
        "OTEL_METRICS_EXPORTER": "none",
    }


if __name__ == "__main__":
    for each in sys.argv[1:] or SOURCES:
        print(record(each).name, flush=True)
