-- Conversations that began in each slice of time.
SELECT
    toInt64(toUnixTimestamp64Nano(first_time) - modulo(toUnixTimestamp64Nano(first_time), {step_ns:Int64})) AS slice_ns,
    count() AS conversations
FROM conversations FINAL
WHERE project_id = {project_id:UInt32}
    AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND ({environment:String} = '' OR environment = {environment:String})
    AND ({service_name:String} = '' OR service_name = {service_name:String})
    AND ({model:String} = '' OR has(models, {model:String}))
GROUP BY slice_ns
ORDER BY slice_ns
