-- Traces whose id begins so, by the order that they are stored in.
SELECT DISTINCT TraceId AS trace_id
FROM otel_traces
PREWHERE project_id = {project_id:UInt32} AND startsWith(TraceId, {beginning:String})
LIMIT {limit:UInt32}
