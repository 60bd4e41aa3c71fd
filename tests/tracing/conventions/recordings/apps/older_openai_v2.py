"""OpenTelemetry's own instrumentation of before: what was said goes as logs, with a body for each message."""

import openai
from openai_talk import talk
from opentelemetry import _events
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk._events import EventLoggerProvider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry_export import begin_by_root_span, export

logs = LoggerProvider()
logs.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter()))
_events.set_event_logger_provider(EventLoggerProvider(logs))
OpenAIInstrumentor().instrument(tracer_provider=export())
talk(openai.OpenAI(max_retries=0), begin_by_root_span)
