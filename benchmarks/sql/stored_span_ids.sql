-- Every span of a project, by its two ids.
SELECT DISTINCT concat(TraceId, SpanId) AS id
FROM otel_traces
WHERE project_id = {project_id:UInt32}
