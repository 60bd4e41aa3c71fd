-- In how many conversations that began in each slice of time each of the kinds fired.
WITH picked AS
(
    SELECT
        conversation_id,
        toInt64(toUnixTimestamp64Nano(first_time) - modulo(toUnixTimestamp64Nano(first_time), {step_ns:Int64})) AS slice_ns
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND ({environment:String} = '' OR environment = {environment:String})
        AND ({service_name:String} = '' OR service_name = {service_name:String})
        AND ({model:String} = '' OR has(models, {model:String}))
)
SELECT
    slice_ns,
    kind,
    uniqExact(conversation_id) AS conversations
FROM signals FINAL
INNER JOIN picked USING (conversation_id)
WHERE project_id = {project_id:UInt32} AND fired AND has({kinds:Array(String)}, kind)
GROUP BY slice_ns, kind
