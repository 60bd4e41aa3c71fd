-- Of some conversations those that a filter of comparisons leaves, with what comparisons are sliced by.
SELECT conversation_id, user_id, environment, service_name, tags, first_message
FROM conversations FINAL
WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)} AND true /* filter */
