-- A page of the list: what matches the filters and is older than the page before, newest first; first only which, then whole.
WITH page AS
(
    SELECT conversation_id
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND (toUnixTimestamp64Nano(first_time), conversation_id) < ({before_ns:Int64}, {before_id:String})
        AND true /* filter */
    ORDER BY first_time DESC, conversation_id DESC
    LIMIT {limit:UInt32}
)
SELECT
    conversation_id,
    toUnixTimestamp64Nano(first_time) AS first_time_ns,
    first_message,
    turn_count,
    user_id,
    models,
    cost_usd,
    service_name,
    environment,
    longest_ns,
    coalesce(input_tokens + output_tokens, input_tokens, output_tokens) AS tokens,
    derived
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN (SELECT conversation_id FROM page)
ORDER BY first_time DESC, conversation_id DESC
