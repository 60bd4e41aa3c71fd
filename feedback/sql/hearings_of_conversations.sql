-- By what these conversations were listened to.
SELECT conversation_id, basis
FROM hearings FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
