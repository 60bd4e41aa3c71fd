-- A page of the list by how likely users were dissatisfied, the likeliest first: what matches the filters and comes after
-- the page before; first only which, then whole. `rank` is the probability in billionths.
WITH page AS
(
    SELECT conversation_id, estimate.rank AS rank
    FROM (SELECT conversation_id FROM conversations FINAL WHERE project_id = {project_id:UInt32} AND true /* filter */) AS kept
    INNER JOIN
    (
        SELECT conversation_id, toInt64(round(probability * 1000000000)) AS rank
        FROM estimates FINAL
        WHERE project_id = {project_id:UInt32}
    ) AS estimate USING (conversation_id)
    WHERE (rank, conversation_id) < ({before_ns:Int64}, {before_id:String})
    ORDER BY rank DESC, conversation_id DESC
    LIMIT {limit:UInt32}
)
SELECT conversation.*, page.rank AS rank
FROM
(
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
        derived
    FROM conversations FINAL
    PREWHERE project_id = {project_id:UInt32} AND conversation_id IN (SELECT conversation_id FROM page)
) AS conversation
INNER JOIN page ON page.conversation_id = conversation.conversation_id
ORDER BY rank DESC, conversation_id DESC
