-- One page of signals, latest first.
SELECT
    conversation_id, turn_index, kind, label, score, confidence, fired, polarity, target, trace_id, span_id, evidence,
    detector, detector_version,
    toUnixTimestamp64Nano(time) AS time_ns,
    concat(conversation_id, '\0', toString(turn_index), '\0', kind, '\0', label, '\0', span_id) AS id
FROM signals FINAL
WHERE project_id = {project_id:UInt32}
    AND (time_ns < {before_ns:Int64} OR (time_ns = {before_ns:Int64} AND id > {before_id:String}))
    AND true /* filter */
ORDER BY time_ns DESC, id
LIMIT {limit:UInt32}
