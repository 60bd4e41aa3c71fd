-- The model calls that are known of some traces, when they began, and the conversations that they are in.
SELECT trace_id, span_id, conversation_id, toUnixTimestamp64Nano(start_time) AS start_time_ns
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id IN {trace_ids:Array(String)}
