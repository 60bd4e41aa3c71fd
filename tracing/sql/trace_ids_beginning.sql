-- Traces whose ids begin so, in the order in which they are stored.
SELECT DISTINCT TraceId AS trace_id
FROM otel_traces
PREWHERE project_id = {project_id:UInt32} AND startsWith(TraceId, {beginning:String})
LIMIT {limit:UInt32}
