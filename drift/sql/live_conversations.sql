-- Those of some conversations that match a filter, and whose they are.
SELECT conversation_id, user_id, service_name, environment
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
WHERE true /* filter */
