-- What conversations say of themselves.
SELECT conversation_id, derived, user_id, service_name, environment, tags, turn_count
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
