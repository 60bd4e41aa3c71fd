-- In which of these minutes a user, or nobody, began many conversations, nearly all of which stayed at one call.
SELECT service_name, user_id, toUnixTimestamp(toStartOfMinute(began)) AS minute_s, count() AS conversations
FROM
(
    SELECT service_name, user_id, min(start_time) AS began, uniqExact(trace_id, span_id) AS calls
    FROM generations_by_time
    PREWHERE project_id = {project_id:UInt32}
        AND hour IN (SELECT toDateTime(arrayJoin({hours_s:Array(UInt32)}), 'UTC'))
    WHERE is_deleted = 0 AND user_id IN {user_ids:Array(String)}
    GROUP BY service_name, user_id, conversation_id
)
WHERE minute_s IN {minutes_s:Array(UInt32)}
GROUP BY service_name, user_id, minute_s
HAVING conversations >= {enough:UInt32} AND countIf(calls = 1) >= 0.95 * conversations
