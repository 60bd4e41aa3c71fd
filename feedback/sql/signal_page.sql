-- One page of signals, latest first. `before_id` is the key of the last row of the page before, as JSON.
SELECT
    conversation_id, turn_index, kind, label, score, confidence, fired, polarity, target, trace_id, span_id, evidence,
    detector, detector_version,
    toUnixTimestamp64Nano(time) AS time_ns
FROM signals FINAL
WHERE project_id = {project_id:UInt32}
    AND time <= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
    AND (
        time < fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
        OR (conversation_id, turn_index, kind, label, span_id)
            > JSONExtract({before_id:String}, 'Tuple(String, UInt32, String, String, String)')
    )
    AND true /* filter */
ORDER BY time DESC, conversation_id, turn_index, kind, label, span_id
LIMIT {limit:UInt32}
