-- A page of the people who talked: those seen last first, or those with most conversations. Of these conversations
-- machines led none; they are looked up by numbers of 64 bits, in two thirds of the time of texts.
SELECT
    user_id,
    toUnixTimestamp64Nano(min(first_time)) AS first_ns,
    toUnixTimestamp64Nano(max(last_time)) AS last_ns,
    count() AS conversations,
    sum(turn_count) AS turns,
    sum(error_count) AS errors,
    sum(cost_usd) AS cost_usd,
    if({by_count:Bool}, toInt64(conversations), last_ns) AS rank
FROM conversations FINAL
WHERE project_id = {project_id:UInt32} AND user_id != '' AND startsWith(user_id, {beginning:String})
    AND cityHash64(conversation_id) NOT IN
    (
        SELECT cityHash64(conversation_id) FROM hearings FINAL
        WHERE project_id = {project_id:UInt32} AND machine != ''
    )
GROUP BY user_id
HAVING (rank, user_id) < ({before_rank:Int64}, {before_id:String})
ORDER BY rank DESC, user_id DESC
LIMIT {limit:UInt32}
