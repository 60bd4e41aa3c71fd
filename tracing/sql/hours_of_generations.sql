-- Hours up to one that hold model calls of a list, latest first. Old versions of a call are counted along: at least as
-- many as there are.
SELECT toUnixTimestamp(hour) AS hour_s, count() AS calls
FROM generations_by_time
WHERE project_id = {project_id:UInt32}
    AND hour <= toDateTime({before_hour_s:UInt32}, 'UTC')
    AND ({conversation_id:String} = '' OR conversation_id = {conversation_id:String})
    AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
    AND ({user_id:String} = '' OR user_id = {user_id:String})
    AND ({request_model:String} = '' OR request_model = {request_model:String})
    AND ({response_model:String} = '' OR response_model = {response_model:String})
    AND ({service_name:String} = '' OR service_name = {service_name:String})
    AND ({environment:String} = '' OR environment = {environment:String})
    AND ({outcome:String} = '' OR outcome = {outcome:String})
GROUP BY hour
ORDER BY hour DESC
