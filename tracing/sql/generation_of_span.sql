-- One model call, whole.
SELECT * EXCEPT (start_time, code_version, version, is_deleted), toUnixTimestamp64Nano(start_time) AS start_time_ns
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id = {trace_id:String} AND span_id = {span_id:String}
