-- The latest rows of a list of model calls, old versions among them, so that the keys are found without merging any.
SELECT trace_id, span_id, toUnixTimestamp64Nano(start_time) AS start_time_ns
FROM generations_by_time
WHERE project_id = {project_id:UInt32}
    AND hour <= toDateTime({before_hour_s:UInt32}, 'UTC')
    AND start_time <= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
    AND true /* filter */
ORDER BY hour DESC, start_time DESC
LIMIT {row_limit:UInt64}
