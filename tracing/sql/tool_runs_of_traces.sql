-- All runs of tools in some traces, by start.
SELECT * EXCEPT (start_time, version, is_deleted), toUnixTimestamp64Nano(start_time) AS start_time_ns
FROM tool_runs FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id IN {trace_ids:Array(String)}
ORDER BY start_time, span_id
