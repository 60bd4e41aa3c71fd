-- How many spans each trace of a project has.
SELECT TraceId AS trace_id, uniqExact(SpanId) AS spans
FROM otel_traces
WHERE project_id = {project_id:UInt32}
GROUP BY TraceId
