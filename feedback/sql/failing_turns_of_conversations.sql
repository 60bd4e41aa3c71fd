-- The failing turns of some conversations.
SELECT
    conversation_id, turn_index, family, signals, user_id, trace_id, span_id, toUnixTimestamp64Nano(time) AS time_ns,
    cost_usd, mode, texts_hash, version, toFixedString(if({with_vectors:Bool}, vector, ''), 1152) AS vector
FROM failing_turns FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
