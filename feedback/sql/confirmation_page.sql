-- One page of what people said of signals, latest first; an empty parameter filters nothing. `before_id` is the key of the
-- last row of the page before, as JSON.
SELECT conversation_id, turn_index, kind, label, span_id, verdict, fired, score, said_by, toInt64(version) * 1000 AS time_ns
FROM confirmations FINAL
WHERE project_id = {project_id:UInt32}
    AND time_ns <= {before_ns:Int64}
    AND (
        time_ns < {before_ns:Int64}
        OR (conversation_id, turn_index, kind, label, span_id)
            > JSONExtract({before_id:String}, 'Tuple(String, UInt32, String, String, String)')
    )
    AND ({conversation_id:String} = '' OR conversation_id = {conversation_id:String})
    AND ({kind:String} = '' OR kind = {kind:String})
    AND ({verdict:String} = '' OR verdict = {verdict:String})
ORDER BY time_ns DESC, conversation_id, turn_index, kind, label, span_id
LIMIT {limit:UInt32}
