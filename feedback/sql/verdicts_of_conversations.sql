-- Whether reviewers found the users of some conversations satisfied, in the order of who said it.
SELECT conversation_id, verdict
FROM labels FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
WHERE kind = {kind:String}
ORDER BY conversation_id, said_by, verdict
