"""Ended spans in, OTLP over HTTP out: soon, in requests that a receiver takes, and never holding up the app."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

EXIT_SECONDS: Final = 2.0
"""For how long spans that have not left yet may hold the exit of the app."""
REQUEST_CHARACTERS: Final = 8_000_000
"""Text of one request: at four bytes a character still half of the 64 MiB that receivers take."""
_SCHEDULE_DELAY_MS: Final = 1_000
_QUEUE_SIZE: Final = 65_536
_COMPRESSION_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION")


@dataclass(frozen=True, slots=True)
class Target:
    """Where spans are sent to; None leaves it to the `OTEL_*` variables."""

    url: str | None
    api_key: str | None


class ExportProcessor(SpanProcessor):
    """Sends ended spans in batches to one target, which may be changed."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._batches = BoundedBatchProcessor(target)

    def send_to(self, target: Target) -> None:
        if target != self._target:
            before, self._batches = self._batches, BoundedBatchProcessor(target)
            self._target = target
            before.shutdown()

    def on_end(self, span: ReadableSpan) -> None:
        self._batches.on_end(span)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._batches.force_flush(timeout_millis)

    def shutdown(self) -> None:
        self._batches.shutdown()


class BoundedBatchProcessor(BatchSpanProcessor):
    """Spans leave after a second, a burst of thousands fits, a dead target hardly holds the exit."""

    def __init__(self, target: Target) -> None:
        super().__init__(
            make_exporter(target),
            max_queue_size=None if os.environ.get("OTEL_BSP_MAX_QUEUE_SIZE") else _QUEUE_SIZE,
            schedule_delay_millis=None if os.environ.get("OTEL_BSP_SCHEDULE_DELAY") else _SCHEDULE_DELAY_MS,
        )

    def shutdown(self) -> None:
        self._batch_processor.shutdown(timeout_millis=int(EXIT_SECONDS * 1_000))


class SplittingExporter(OTLPSpanExporter):
    """Spreads long texts over several requests: one that is too large would be dropped as a whole."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        results = [super(SplittingExporter, self).export(part) for part in split_by_size(spans)]
        return SpanExportResult.FAILURE if SpanExportResult.FAILURE in results else SpanExportResult.SUCCESS


def make_exporter(target: Target) -> SplittingExporter:
    headers = None if target.api_key is None else {"authorization": f"Bearer {target.api_key}"}
    chosen = any(os.environ.get(name) for name in _COMPRESSION_VARIABLES)
    return SplittingExporter(endpoint=target.url, headers=headers, compression=None if chosen else Compression.Gzip)


def split_by_size(spans: Sequence[ReadableSpan]) -> Iterator[Sequence[ReadableSpan]]:
    """The same spans in order, in parts of at most `REQUEST_CHARACTERS`, or of one span."""
    part: list[ReadableSpan] = []
    size = 0
    for span in spans:
        characters = count_characters(span)
        if part and size + characters > REQUEST_CHARACTERS:
            yield part
            part, size = [], 0
        part.append(span)
        size += characters
    if part:
        yield part


def count_characters(span: ReadableSpan) -> int:
    """Length of the texts that a span carries, events included."""
    carried = (span.attributes, *(event.attributes for event in span.events))
    return sum(len(value) for one in carried if one for value in one.values() if isinstance(value, str))
