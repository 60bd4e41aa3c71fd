-- When the first of the turns began that hold some traces, in each of some conversations.
SELECT conversation_id, toUnixTimestamp64Nano(min(start_time)) AS start_ns
FROM turns FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
WHERE hasAny(answers.trace_id, {trace_ids:Array(String)})
GROUP BY conversation_id
