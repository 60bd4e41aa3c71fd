-- All model calls of some traces, whole.
SELECT * EXCEPT (start_time, code_version, version, is_deleted), toUnixTimestamp64Nano(start_time) AS start_time_ns
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id IN {trace_ids:Array(String)}
ORDER BY start_time, span_id
