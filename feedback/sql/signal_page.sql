-- One page of signals, latest first; an empty parameter filters nothing, and `fired` -1 gives both.
SELECT
    conversation_id, turn_index, kind, label, score, confidence, fired, polarity, target, trace_id, span_id, evidence,
    detector, detector_version,
    toUnixTimestamp64Nano(time) AS time_ns,
    concat(conversation_id, '\0', toString(turn_index), '\0', kind, '\0', label, '\0', span_id) AS id
FROM signals FINAL
WHERE project_id = {project_id:UInt32}
    AND (time_ns < {before_ns:Int64} OR (time_ns = {before_ns:Int64} AND id > {before_id:String}))
    AND ({kind:String} = '' OR kind = {kind:String})
    AND ({label:String} = '' OR label = {label:String})
    AND ({conversation_id:String} = '' OR conversation_id = {conversation_id:String})
    AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
    AND ({fired:Int8} = -1 OR fired = {fired:Int8})
ORDER BY time_ns DESC, id
LIMIT {limit:UInt32}
