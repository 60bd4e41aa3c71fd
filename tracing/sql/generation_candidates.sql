-- The latest rows of a list of model calls, old versions among them, so that the keys are found without merging any.
SELECT trace_id, span_id, toUnixTimestamp64Nano(start_time) AS start_time_ns
FROM generations_by_time
WHERE project_id = {project_id:UInt32}
    AND hour <= toDateTime({before_hour_s:UInt32}, 'UTC')
    AND start_time <= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
    AND ({conversation_id:String} = '' OR conversation_id = {conversation_id:String})
    AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
    AND ({user_id:String} = '' OR user_id = {user_id:String})
    AND ({request_model:String} = '' OR request_model = {request_model:String})
    AND ({response_model:String} = '' OR response_model = {response_model:String})
    AND ({service_name:String} = '' OR service_name = {service_name:String})
    AND ({environment:String} = '' OR environment = {environment:String})
    AND ({outcome:String} = '' OR outcome = {outcome:String})
ORDER BY hour DESC, start_time DESC
LIMIT {row_limit:UInt64}
