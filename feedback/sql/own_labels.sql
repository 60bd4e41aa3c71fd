-- What one reviewer said of some conversations.
SELECT conversation_id, verdict
FROM labels FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
WHERE kind = {kind:String} AND said_by = {said_by:String}
