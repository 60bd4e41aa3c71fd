"""How soon a conversation that needs a person is handed over: from the OTLP request of its turn to that at the webhook.

python benchmarks/hand_over.py    a fresh `tacit up`, otherwise idle, 20 conversations; and what the server takes idle
"""

import argparse
import json
import random
import statistics
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ingest import LocalServer, send  # isort: skip -- a script beside this one

DIALOGUES = Path(__file__).resolve().parent.parent / "tracing" / "demo" / "dialogues.jsonl"
ASKS = ("I want to talk to a real person.", "I am sorry to hear that.")
PATIENCE_SECONDS = 60
WARMING_SECONDS = 30
IDLE_SECONDS = 20


class Hook:
    """Notes when which conversation came."""

    def __init__(self) -> None:
        self.came: dict[str, float] = {}
        self.news = threading.Condition()

    def take(self, body: dict[str, Any]) -> None:
        with self.news:
            self.came[body["conversation_id"]] = time.perf_counter()
            self.news.notify_all()

    def wait(self, conversation_id: str) -> float:
        with self.news:
            if not self.news.wait_for(lambda: conversation_id in self.came, PATIENCE_SECONDS):
                raise RuntimeError(f"{conversation_id} was not handed over within {PATIENCE_SECONDS} s")
            return self.came[conversation_id]


@contextmanager
def listen(hook: Hook) -> Iterator[str]:
    """The address of a webhook on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.take(json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()


def post(server: LocalServer, path: str, **body: Any) -> Any:
    request = urllib.request.Request(  # noqa: S310 -- this machine's
        f"{server.url}/api/v1/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def build_turn(conversation_id: str, turns: list[tuple[str, str]]) -> bytes:
    """The call that answers the last of these turns."""
    request = ExportTraceServiceRequest()
    now = time.time_ns()
    span = request.resource_spans.add().scope_spans.add().spans.add(name="chat")
    span.trace_id, span.span_id = uuid.uuid4().bytes, uuid.uuid4().bytes[:8]
    span.start_time_unix_nano, span.end_time_unix_nano = now - 10**9, now
    *before, (question, answer) = turns
    said = [line for asked, told in before for line in (tell("user", asked), tell("assistant", told))]
    texts = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-5-mini",
        "gen_ai.conversation.id": conversation_id,
        "gen_ai.input.messages": json.dumps([*said, tell("user", question)]),
        "gen_ai.output.messages": json.dumps([tell("assistant", answer)]),
    }
    for key, text in texts.items():
        span.attributes.add(key=key).value.string_value = text
    return request.SerializeToString()


def tell(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def read_openings() -> list[tuple[str, str]]:
    """How dialogues begin, each otherwise: who says the same every few seconds is a machine, and not handed over."""
    dialogues = [json.loads(line) for line in DIALOGUES.read_text(encoding="utf-8").splitlines()]
    first = [(each["turns"][0]["user"], each["turns"][0]["answer"]) for each in dialogues]
    return list(dict.fromkeys(first))


def measure(server: LocalServer, hook: Hook, chance: random.Random, opening: tuple[str, str]) -> float:
    """Seconds from the request of the turn to the call of the hook."""
    conversation_id = f"c-{uuid.uuid4()}"
    send(server.url, 1, [build_turn(conversation_id, [opening])])
    time.sleep(chance.uniform(2.0, 3.0))
    start = time.perf_counter()
    send(server.url, 1, [build_turn(conversation_id, [opening, ASKS])])
    return hook.wait(conversation_id) - start


def measure_idle(server: LocalServer) -> float:
    """The share of a core that the server takes while nothing comes in."""
    before = server.read_cpu_seconds()
    time.sleep(IDLE_SECONDS)
    return (server.read_cpu_seconds() - before) / IDLE_SECONDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    rounds, chance, hook = parser.parse_args().rounds, random.Random(7), Hook()  # noqa: S311
    with listen(hook) as url, LocalServer(TACIT_WEBHOOK_NETWORKS="127.0.0.0/8") as server:
        settings = {"url": url, "secret": "0123456789abcdef"}
        target = post(server, "alert-targets", name="Hook", channel="webhook", settings=settings)
        post(server, "alert-rules", name="Person", kind="conversation", targets=[target["id"]])
        openings = chance.sample(read_openings(), rounds + 1)
        first = measure(server, hook, chance, openings.pop())
        print(f"the first, which loads the readers: {first:.2f} s", flush=True)
        time.sleep(WARMING_SECONDS)
        idle = measure_idle(server)
        took = sorted(measure(server, hook, chance, each) for each in openings)
    print(f"idle: {100 * idle:.1f} % of a core")
    print(
        f"{rounds} conversations: p50 {statistics.median(took):.2f} s, "
        f"p95 {took[round(0.95 * (rounds - 1))]:.2f} s, longest {took[-1]:.2f} s"
    )


if __name__ == "__main__":
    main()
