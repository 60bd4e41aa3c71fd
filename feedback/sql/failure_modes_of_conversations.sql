-- The failure modes of some conversations, of those that are in one.
SELECT conversation_id, mode
FROM failing_turns FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
WHERE mode > 0
