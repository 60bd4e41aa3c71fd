-- The latest failing turns of a project, of some failure modes (0: of those in none yet) or of all.
SELECT
    conversation_id, turn_index, family, signals, user_id, trace_id, span_id, toUnixTimestamp64Nano(time) AS time_ns,
    cost_usd, mode, texts_hash, version, toFixedString(if({with_vectors:Bool}, vector, ''), 1152) AS vector
FROM failing_turns FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE time >= fromUnixTimestamp64Nano({since_ns:Int64}) AND (empty({modes:Array(UInt32)}) OR mode IN {modes:Array(UInt32)})
ORDER BY time_ns DESC, conversation_id
LIMIT {limit:UInt32}
