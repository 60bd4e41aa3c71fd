"""How many bytes a span takes on disk: spans of about 2.4 kB of attributes in, bytes of `otel_traces` a span out.

    python benchmarks/disk.py [--spans 50000]

Texts are made by a chain of words: each follows the two before it as it does somewhere in the demo's dialogues, so
they have the words and turns of natural text and no text comes twice. As a bound from above, the same with each word
drawn by its frequency alone, which no writer does and which compresses worse. Spans go through the receiver's decoding
and are inserted by the thousand; the figure is that of all active parts with their indexes, before and after they are
merged.
"""

import argparse
import json
import random
import re
import tempfile
import time
from collections.abc import Callable

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from benchmarks.query import DIALOGUES
from tracing.receive.decoding import decode_spans
from tracing.store import Store

SPANS_A_BLOCK = 1_000
TEXT_CHARACTERS = 1_000

Tell = Callable[[], str]


def read_words() -> list[str]:
    """All words of the dialogues, in order."""
    texts = []
    for line in DIALOGUES.read_text(encoding="utf-8").splitlines():
        texts += [text for turn in json.loads(line)["turns"] for text in (turn["user"], turn["answer"])]
    return re.findall(r"\S+", "\n".join(texts))


def chain_words(chance: random.Random, words: list[str]) -> Tell:
    """A teller whose every word follows the two before it as in `words`."""
    following: dict[tuple[str, str], list[str]] = {}
    for first, second, third in zip(words, words[1:], words[2:], strict=False):
        following.setdefault((first, second), []).append(third)
    starts = list(following)

    def tell() -> str:
        told = list(chance.choice(starts))
        while sum(map(len, told)) + len(told) < TEXT_CHARACTERS:
            told.append(chance.choice(following.get((told[-2], told[-1])) or words))
            if chance.random() < 0.2:
                told += chance.choice(starts)
        return " ".join(told)

    return tell


def draw_words(chance: random.Random, words: list[str]) -> Tell:
    """A teller that draws each word by its frequency."""
    count = TEXT_CHARACTERS * len(words) // sum(len(word) + 1 for word in words)
    return lambda: " ".join(chance.choices(words, k=count))


def build_request(chance: random.Random, tell: Tell) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "shop-assistant"
    spans = resource.scope_spans.add().spans
    for _ in range(SPANS_A_BLOCK):
        fill_span(spans.add(), chance, tell)
    return request


def fill_span(span: Span, chance: random.Random, tell: Tell) -> None:
    start = time.time_ns() - chance.randrange(10**13)
    span.trace_id, span.span_id, span.parent_span_id = chance.randbytes(16), chance.randbytes(8), chance.randbytes(8)
    span.name, span.kind = "chat gpt-x-mini", Span.SPAN_KIND_CLIENT
    span.start_time_unix_nano, span.end_time_unix_nano = start, start + chance.randrange(10**10)
    for key, text in describe(chance, tell).items():
        span.attributes.add(key=key).value.string_value = text
    for key in ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"):
        span.attributes.add(key=key).value.int_value = chance.randrange(2000)


def describe(chance: random.Random, tell: Tell) -> dict[str, str]:
    """Attributes of a model call: about 2.4 kB with their keys."""
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": chance.choice(["gpt-x-mini", "gpt-x", "llama-y"]),
        "gen_ai.provider.name": "example",
        "gen_ai.conversation.id": f"conversation-{chance.randrange(10**9)}",
        "user.id": f"user-{chance.randrange(10**5)}",
        "gen_ai.response.id": f"chatcmpl-{chance.randbytes(12).hex()}",
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": tell()}]}]),
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": tell()}]}]),
    }


def measure(tell: Tell, chance: random.Random, spans: int) -> None:
    """Print attributes and disk of a span, as inserted and merged."""
    with tempfile.TemporaryDirectory(prefix="tacit-disk-") as directory:
        store = Store(f"chdb://{directory}")
        store.migrate()
        size = 0
        for _ in range(spans // SPANS_A_BLOCK):
            request = build_request(chance, tell)
            batch = decode_spans(request, 1)
            size += sum(len(key) + len(text) for row in batch.columns["SpanAttributes"] for key, text in row.items())
            store.insert("otel_traces", batch.columns)
        before = store.query("benchmarks/sql/disk.sql")[0]["bytes"]
        store.execute("OPTIMIZE TABLE otel_traces FINAL")
        after = store.query("benchmarks/sql/disk.sql")[0]["bytes"]
        store.close()
    print(f"{size / spans:>10,.0f} {before / spans:>12,.0f} {after / spans:>10,.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=50_000)
    spans = parser.parse_args().spans
    chance = random.Random(1)  # noqa: S311 -- reproducible, not secret
    words = read_words()
    print(f"{'texts':<16} {'attributes':>10} {'disk, as is':>12} {'merged':>10}   bytes a span")
    for name, teller in ("chained words", chain_words), ("drawn words", draw_words):
        print(f"{name:<16}", end=" ", flush=True)
        measure(teller(chance, words), chance, spans)


if __name__ == "__main__":
    main()
