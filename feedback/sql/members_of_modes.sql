-- The conversations that are members of some failure modes.
SELECT conversation_id, mode
FROM failing_turns FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE mode IN {modes:Array(UInt32)}
