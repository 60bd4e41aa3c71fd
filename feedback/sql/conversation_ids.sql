-- Ids of the conversations of a project that match, with their users, in the order of time.
SELECT conversation_id, user_id
FROM conversations FINAL
WHERE project_id = {project_id:UInt32} AND true /* filter */
ORDER BY first_time, conversation_id
