-- The latest messages of users to a service as they were sent, and what was found to be typed of each.
SELECT
    trace_id,
    user_text,
    JSONExtractString(
        arrayLast(message -> JSONExtractString(message, 'role') = 'user', JSONExtractArrayRaw(input_messages)),
        'content'
    ) AS sent_text
FROM generations FINAL
WHERE project_id = {project_id:UInt32}
    AND length(input_messages) <= {longest:UInt32}
    AND (trace_id, span_id) IN
    (
        SELECT trace_id, span_id
        FROM generations_by_time
        WHERE project_id = {project_id:UInt32} AND service_name = {service_name:String} AND NOT is_deleted
        ORDER BY hour DESC, start_time DESC
        LIMIT {limit:UInt32}
    )
    AND sent_text != ''
ORDER BY start_time DESC, trace_id
