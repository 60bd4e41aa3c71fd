-- The first spans of a trace by their start, without what they say.
SELECT
    SpanId AS span_id,
    ParentSpanId AS parent_span_id,
    SpanName AS name,
    SpanKind AS kind,
    toUnixTimestamp64Nano(Timestamp) AS start_time_ns,
    Duration AS duration_ns,
    StatusCode AS status_code,
    StatusMessage AS status_message,
    ServiceName AS service_name
FROM otel_traces FINAL
PREWHERE project_id = {project_id:UInt32} AND TraceId = {trace_id:String}
ORDER BY Timestamp, SpanId
LIMIT {limit:UInt32}
