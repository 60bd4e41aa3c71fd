-- Those of some traces that came in, or began to, before a moment: their texts are gone.
SELECT DISTINCT TraceId AS trace_id
FROM otel_traces
WHERE project_id = {project_id:UInt32} AND TraceId IN {trace_ids:Array(String)}
    AND ingested_at < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')
