-- What some users did in conversations that no machine led.
SELECT
    user_id,
    toUnixTimestamp64Nano(min(first_time)) AS first_ns,
    toUnixTimestamp64Nano(max(last_time)) AS last_ns,
    count() AS conversations,
    sum(turn_count) AS turns,
    sum(error_count) AS errors,
    sum(cost_usd) AS cost_usd
FROM conversations FINAL
WHERE project_id = {project_id:UInt32} AND user_id IN {user_ids:Array(String)}
    AND conversation_id NOT IN
    (
        SELECT conversation_id FROM hearings FINAL
        WHERE project_id = {project_id:UInt32} AND machine != ''
            AND conversation_id IN
            (
                SELECT conversation_id FROM conversations
                WHERE project_id = {project_id:UInt32} AND user_id IN {user_ids:Array(String)}
            )
    )
GROUP BY user_id
