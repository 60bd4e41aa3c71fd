-- What feedback of these identifiers is about now.
SELECT identifier, name, conversation_id, trace_id, span_id, message_id, toUnixTimestamp64Nano(time) AS time_ns
FROM feedback FINAL
WHERE project_id = {project_id:UInt32} AND identifier IN {identifiers:Array(String)}
