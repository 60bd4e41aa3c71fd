-- The members of some failure modes, written anew as those of another. When they expire stays.
INSERT INTO failing_turns
(
    project_id, conversation_id, turn_index, family, signals, user_id, trace_id, span_id, time, cost_usd, vector, mode,
    texts_hash, version, expires_at
)
SELECT
    project_id, conversation_id, turn_index, family, signals, user_id, trace_id, span_id, time, cost_usd, vector,
    {to_mode:UInt32}, texts_hash, greatest(version + 1, {version:UInt64}), expires_at
FROM failing_turns FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE mode IN {modes:Array(UInt32)}
