-- The latest conversations of a user, whoever led them.
SELECT
    conversation_id,
    toUnixTimestamp64Nano(first_time) AS first_time_ns,
    toUnixTimestamp64Nano(last_time) AS last_time_ns,
    substringUTF8(first_message, 1, 300) AS first_message,
    turn_count,
    models
FROM conversations FINAL
WHERE project_id = {project_id:UInt32} AND user_id = {user_id:String}
ORDER BY first_time DESC, conversation_id DESC
LIMIT {limit:UInt32}
