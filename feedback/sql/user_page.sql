-- A page of the people who talked, those seen last first: their conversations, which machines led none of.
SELECT
    user_id,
    toUnixTimestamp64Nano(max(last_time)) AS last_ns,
    toUnixTimestamp64Nano(min(first_time)) AS first_ns,
    count() AS conversations,
    sum(turn_count) AS turns,
    sum(error_count) AS errors,
    sum(cost_usd) AS cost_usd
FROM conversations FINAL
WHERE project_id = {project_id:UInt32} AND user_id != '' AND startsWith(user_id, {prefix:String})
    AND conversation_id NOT IN
    (
        SELECT conversation_id FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine != ''
    )
GROUP BY user_id
HAVING (last_ns, user_id) < ({before_ns:Int64}, {before_id:String})
ORDER BY last_ns DESC, user_id DESC
LIMIT {limit:UInt32}
