-- Conversations whose id begins so, by the order that they are stored in.
SELECT conversation_id, first_message, toUnixTimestamp64Nano(first_time) AS first_time_ns
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32} AND startsWith(conversation_id, {beginning:String})
ORDER BY conversation_id
LIMIT {limit:UInt32}
