-- One row on the latest spans of a project after a time: traces that began among them, latest first; how many spans these
-- are, and how far back they reach.
SELECT
    arrayMap(
        place -> place.2,
        arraySlice(arraySort(groupArrayIf(
            (-start_ns, trace_id),
            start_ns < {before_ns:Int64} OR (start_ns = {before_ns:Int64} AND trace_id > {before_id:String})
        )), 1, {limit:UInt32})
    ) AS trace_ids,
    min(start_ns) AS reach_ns,
    sum(spans) AS span_count
FROM
(
    SELECT TraceId AS trace_id, toUnixTimestamp64Nano(min(Timestamp)) AS start_ns, count() AS spans
    FROM
    (
        SELECT TraceId, Timestamp
        FROM otel_traces
        WHERE project_id = {project_id:UInt32}
            AND Timestamp > fromUnixTimestamp64Nano({after_ns:Int64})
            AND Timestamp <= fromUnixTimestamp64Nano({before_ns:Int64})
        ORDER BY Timestamp DESC
        LIMIT {span_limit:UInt64}
    )
    GROUP BY TraceId
)
