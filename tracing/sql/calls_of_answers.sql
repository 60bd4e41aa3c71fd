-- Model calls of these answers of a provider, begun within this time; which they are is found without merging versions.
SELECT trace_id, span_id, parent_span_id, convention, response_id,
    toUnixTimestamp64Nano(start_time) AS start_time_ns, duration_ns
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32} AND (trace_id, span_id) IN
(
    SELECT trace_id, span_id
    FROM generations
    WHERE project_id = {project_id:UInt32}
        AND response_id IN {response_ids:Array(String)}
        AND start_time BETWEEN fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC') AND fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
)
WHERE response_id IN {response_ids:Array(String)}
ORDER BY trace_id, span_id
