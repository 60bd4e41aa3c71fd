"""Conversations as apps send them, each until it is acknowledged, as exporters do; and what the store made of them."""

import contextlib
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import clickhouse_connect
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

CALLS = 3
SPANS = CALLS + 1
"""Of a conversation: calls of a model, and a thumb on the last. Tacit soon takes so regular a sender for the machine
that it is: what is estimated of people is not counted here."""
LONGEST_PAUSE_SECONDS = 5.0
COUNTS = """
SELECT (SELECT count() FROM otel_traces FINAL) AS spans,
    (SELECT count() FROM generations FINAL) AS generations,
    (SELECT sum(generations) FROM generation_hours FINAL) AS hourly_generations,
    (SELECT count() FROM conversations FINAL) AS conversations,
    (SELECT count() FROM turns FINAL) AS turns,
    (SELECT count() FROM signals FINAL WHERE kind = 'thumbs') AS thumbs
"""


def build_request(number: int) -> bytes:
    """One conversation of one trace, the same bytes for the same number."""
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    start = time.time_ns() // 3_600_000_000_000 * 3_600_000_000_000 + number * 10**6
    for index in range(CALLS):
        span = spans.add(name="chat", trace_id=number.to_bytes(16, "big"), span_id=(index + 1).to_bytes(8, "big"))
        span.start_time_unix_nano = start + index * 10**5
        span.end_time_unix_nano = span.start_time_unix_nano + 10**4
        texts = {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-5-mini",
            "gen_ai.conversation.id": f"day-{number}",
            "gen_ai.input.messages": json.dumps([{"role": "user", "content": f"Where is parcel {index} of {number}?"}]),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "content": f"Parcel {index} was sent."}]),
        }
        for key, text in texts.items():
            span.attributes.add(key=key).value.string_value = text
    thumb = spans.add(name="tacit.feedback", trace_id=number.to_bytes(16, "big"), span_id=SPANS.to_bytes(8, "big"))
    thumb.start_time_unix_nano = thumb.end_time_unix_nano = start + CALLS * 10**5
    told = {"name": "thumbs", "label": "up", "trace_id": f"{number:032x}", "span_id": f"{CALLS:016x}"}
    for key, text in told.items():
        thumb.attributes.add(key=f"tacit.feedback.{key}").value.string_value = text
    return request.SerializeToString()


@dataclass
class Load:
    """Sends so many conversations a second, as long as it is told to, and each until it is acknowledged."""

    url: str
    rate: float = 10.0
    sent: int = 0
    acknowledged: set[int] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    unhinted: int = 0
    """Answers 503 that did not say when to come again."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Send meanwhile; what is not acknowledged at the end is sent until it is."""
        ended = threading.Event()
        senders: list[threading.Thread] = []
        clock = threading.Thread(target=self._begin, args=(ended, senders), daemon=True)
        clock.start()
        try:
            yield
        finally:
            ended.set()
            clock.join()
            for sender in senders:
                sender.join(timeout=120)

    def _begin(self, ended: threading.Event, senders: list[threading.Thread]) -> None:
        while not ended.wait(1 / self.rate):
            self.sent += 1
            senders.append(threading.Thread(target=self._send, args=(self.sent,), daemon=True))
            senders[-1].start()

    def _send(self, number: int) -> None:
        body, pause = build_request(number), 0.5
        while (status := self._post(body)) != 200:
            with self._lock:
                self.statuses[status] += 1
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        with self._lock:
            self.statuses[status] += 1
            self.acknowledged.add(number)

    def _post(self, body: bytes) -> int:
        target = urlsplit(self.url)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=10)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
            answer = connection.getresponse()
            answer.read()
            self.unhinted += answer.status == 503 and not answer.headers["Retry-After"]
            return answer.status
        return 0

    @property
    def expected(self) -> dict[str, int]:
        """What has to be counted once all is derived."""
        calls, conversations = self.sent * CALLS, self.sent
        return {
            "spans": self.sent * SPANS,
            "generations": calls,
            "hourly_generations": calls,
            "conversations": conversations,
            "turns": calls,
            "thumbs": conversations,
        }


def count(dsn: str) -> dict[str, int]:
    with clickhouse_connect.get_client(dsn=dsn) as client:
        result = client.query(COUNTS)
        return dict(zip(result.column_names, map(int, result.result_rows[0]), strict=True))


def count_lost(dsn: str, acknowledged: set[int]) -> int:
    """Spans that were acknowledged and that the store has not."""
    with clickhouse_connect.get_client(dsn=dsn) as client:
        stored = client.query("SELECT TraceId, uniqExact(SpanId) FROM otel_traces GROUP BY TraceId").result_rows
    kept = {int(trace, 16): spans for trace, spans in stored}
    return sum(SPANS - kept.get(number, 0) for number in acknowledged)
