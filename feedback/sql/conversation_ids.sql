-- Ids of the conversations of a project that match, with their users and numbers of turns, in the order of time.
SELECT conversation_id, user_id, turn_count
FROM conversations FINAL
WHERE project_id = {project_id:UInt32} AND true /* filter */
ORDER BY first_time, conversation_id
