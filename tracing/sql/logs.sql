-- Log records of some traces, or of some spans of theirs alone, and some that belong to no trace, each once.
SELECT
    TraceId AS trace_id,
    SpanId AS span_id,
    event_name AS name,
    SeverityText AS severity,
    toUnixTimestamp64Nano(event_time) AS time_ns,
    Body AS body,
    BodyType AS body_type,
    LogAttributes AS attributes,
    LogAttributeTypes AS attribute_types
FROM otel_logs FINAL
WHERE project_id = {project_id:UInt32}
    AND (empty({span_ids:Array(String)}) OR SpanId IN {span_ids:Array(String)})
    AND (TraceId IN {trace_ids:Array(String)} OR (TraceId = '' AND log_id IN {log_ids:Array(UInt64)}))
ORDER BY time_ns, log_id
