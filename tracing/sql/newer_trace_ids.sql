-- Traces that have spans since a time, those with the earliest of these first; some of them began before it.
SELECT TraceId AS trace_id, min(Timestamp) AS seen_first
FROM otel_traces
WHERE project_id = {project_id:UInt32} AND Timestamp >= fromUnixTimestamp64Nano({after_ns:Int64})
    AND TraceId != {after_id:String}
GROUP BY TraceId
ORDER BY seen_first, TraceId DESC
LIMIT {limit:UInt32}
