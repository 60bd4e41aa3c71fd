-- A page of the list of model calls, whole, latest first: those of the candidates that match in their latest version.
SELECT * EXCEPT (start_time, code_version, version, is_deleted), toUnixTimestamp64Nano(start_time) AS start_time_ns
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32}
    AND trace_id IN {trace_ids:Array(String)}
    AND span_id IN {span_ids:Array(String)}
WHERE start_time_ns > {reach_ns:Int64}
    AND (start_time_ns < {before_ns:Int64}
        OR (start_time_ns = {before_ns:Int64} AND concat(trace_id, ':', span_id) > {before_id:String}))
    AND true /* filter */
ORDER BY start_time_ns DESC, concat(trace_id, ':', span_id)
LIMIT {limit:UInt32}
