-- One page of feedback, latest first; an empty parameter filters nothing.
SELECT * EXCEPT (time, told_at, version, is_deleted, expires_at), toUnixTimestamp64Nano(time) AS time_ns
FROM feedback FINAL
WHERE project_id = {project_id:UInt32}
    AND (time_ns, identifier) < ({before_ns:Int64}, {before_id:String})
    AND ({identifier:String} = '' OR identifier = {identifier:String})
    AND ({name:String} = '' OR name = {name:String})
    AND ({label:String} = '' OR label = {label:String})
    AND ({annotator_kind:String} = '' OR annotator_kind = {annotator_kind:String})
    AND ({conversation_id:String} = '' OR conversation_id = {conversation_id:String})
    AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
    AND ({span_id:String} = '' OR span_id = {span_id:String})
    AND ({message_id:String} = '' OR message_id = {message_id:String})
ORDER BY time_ns DESC, identifier DESC
LIMIT {limit:UInt32}
