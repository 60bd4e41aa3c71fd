-- The failing turns of some conversations, written anew as members of the failure modes told beside them. When they expire
-- stays.
INSERT INTO failing_turns
(
    project_id, conversation_id, turn_index, family, signals, user_id, trace_id, span_id, time, cost_usd, vector, mode,
    texts_hash, version, expires_at
)
WITH {modes:Array(UInt32)}[indexOf({conversation_ids:Array(String)}, conversation_id)] AS new_mode
SELECT
    project_id, conversation_id, turn_index, family, signals, user_id, trace_id, span_id, time, cost_usd, vector, new_mode,
    texts_hash, greatest(version + 1, {version:UInt64}), expires_at
FROM failing_turns FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
WHERE new_mode != mode
