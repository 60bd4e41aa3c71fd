-- What these users wrote in some conversations, in turns of these indexes.
SELECT
    users.user_id AS user_id,
    turns.conversation_id AS conversation_id,
    turns.turn_index AS turn_index,
    toUnixTimestamp64Nano(turns.start_time) AS time_ns,
    left(turns.user_text, 2000) AS text
FROM turns FINAL
INNER JOIN
(
    SELECT conversation_id, user_id
    FROM conversations FINAL
    PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
    WHERE user_id IN {user_ids:Array(String)}
) AS users ON users.conversation_id = turns.conversation_id
PREWHERE turns.project_id = {project_id:UInt32} AND turns.conversation_id IN {conversation_ids:Array(String)}
WHERE turns.turn_index IN {turn_indexes:Array(UInt32)}
ORDER BY time_ns
