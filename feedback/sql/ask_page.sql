-- One page of decisions whether to ask, latest first; an empty parameter filters nothing.
SELECT
    ask_id, user_id, conversation_id, message_id, trace_id, span_id, asked, propensity, reason, probability, low, high,
    toUnixTimestamp64Micro(time) * 1000 AS time_ns
FROM asks FINAL
WHERE project_id = {project_id:UInt32}
    AND (time_ns, ask_id) < ({before_ns:Int64}, {before_id:String})
    AND ({user_id:String} = '' OR user_id = {user_id:String})
    AND ({conversation_id:String} = '' OR conversation_id = {conversation_id:String})
    AND ({reason:String} = '' OR reason = {reason:String})
    AND ({asked:String} = '' OR toString(asked) = {asked:String})
ORDER BY time_ns DESC, ask_id DESC
LIMIT {limit:UInt32}
