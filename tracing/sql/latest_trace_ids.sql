-- Traces among the latest spans of a project, those that began last at the top, and how far back these spans reach.
WITH recent AS
(
    SELECT TraceId, Timestamp
    FROM otel_traces
    WHERE project_id = {project_id:UInt32} AND Timestamp <= fromUnixTimestamp64Nano({before_ns:Int64})
    ORDER BY Timestamp DESC
    LIMIT {span_limit:UInt64}
)
SELECT
    TraceId AS trace_id,
    toUnixTimestamp64Nano(min(Timestamp)) AS start_ns,
    toUnixTimestamp64Nano(min(min(Timestamp)) OVER ()) AS reach_ns,
    sum(count()) OVER () AS span_count
FROM recent
GROUP BY TraceId
HAVING start_ns < {before_ns:Int64} OR (start_ns = {before_ns:Int64} AND trace_id > {before_id:String})
ORDER BY start_ns DESC, trace_id
LIMIT {limit:UInt32}
