-- A page of the list by how likely users were dissatisfied, the likeliest first: what matches the filters and comes after
-- the page before; first only which, then whole. `rank` is the probability in billionths. What a page holds is one value,
-- so that it is found once; what matches is looked up by numbers of 64 bits, in two thirds of the time of texts.
WITH
(
    SELECT (groupArray(rank), groupArray(conversation_id))
    FROM
    (
        SELECT conversation_id, toInt64(round(probability * 1000000000)) AS rank
        FROM estimates FINAL
        WHERE project_id = {project_id:UInt32}
            AND (rank, conversation_id) < ({before_ns:Int64}, {before_id:String})
            AND cityHash64(conversation_id) IN
            (
                SELECT cityHash64(conversation_id) FROM conversations FINAL
                WHERE project_id = {project_id:UInt32} AND true /* filter */
            )
        ORDER BY rank DESC, conversation_id DESC
        LIMIT {limit:UInt32}
    )
) AS page
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
    derived,
    page.1[indexOf(page.2, conversation_id)] AS rank
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN (SELECT arrayJoin(page.2))
ORDER BY rank DESC, conversation_id DESC
