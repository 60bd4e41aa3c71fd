-- The latest conversations of people that match and were listened to: those that satisfaction is learnt from.
SELECT conversation_id
FROM conversations FINAL
WHERE project_id = {project_id:UInt32} AND true /* filter */
    AND conversation_id IN (SELECT conversation_id FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine = '')
ORDER BY last_time DESC, conversation_id
LIMIT {limit:UInt32}
