SELECT project_id, TraceId, SpanId, SeverityText, SeverityNumber, Body, BodyType, EventName, LogAttributes,
    LogAttributeTypes
FROM otel_logs FINAL
