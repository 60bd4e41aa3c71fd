-- The latest messages of users to a service that stand whole as what was typed: nothing was found around the words.
SELECT trace_id, user_text
FROM
(
    SELECT
        trace_id,
        start_time,
        user_text,
        arrayLast(
            message -> JSONExtractString(message, 'role') = 'user', JSONExtractArrayRaw(input_messages)
        ) AS last_message
    FROM generations FINAL
    WHERE project_id = {project_id:UInt32}
        AND user_text != ''
        AND length(input_messages) <= {longest:UInt32}
        AND (trace_id, span_id) IN
        (
            SELECT trace_id, span_id
            FROM generations_by_time
            WHERE project_id = {project_id:UInt32} AND service_name = {service_name:String} AND NOT is_deleted
            ORDER BY hour DESC, start_time DESC
            LIMIT {limit:UInt32}
        )
)
WHERE user_text = JSONExtractString(last_message, 'content')
ORDER BY start_time DESC, trace_id
