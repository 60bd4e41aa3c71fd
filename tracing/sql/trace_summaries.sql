-- What a list shows of some traces that match: the name of the span that has no parent, else of the first.
SELECT *
FROM
(
    SELECT
        TraceId AS trace_id,
        argMin(SpanName, (ParentSpanId != '', Timestamp)) AS name,
        argMin(ServiceName, (ParentSpanId != '', Timestamp)) AS service_name,
        toUnixTimestamp64Nano(min(Timestamp)) AS start_time_ns,
        toInt64(max(toUnixTimestamp64Nano(Timestamp) + Duration)) - start_time_ns AS duration_ns,
        count() AS span_count,
        countIf(StatusCode = 'Error') AS error_count
    FROM otel_traces FINAL
    PREWHERE project_id = {project_id:UInt32} AND TraceId IN {trace_ids:Array(String)}
    GROUP BY TraceId
)
WHERE true /* filter */
ORDER BY start_time_ns DESC, trace_id
