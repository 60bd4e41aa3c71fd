-- Conversations of people since the first of some moments, by the failure mode that they belong to: 0 for none, and -1
-- where they did not fail. `periods` has how many began after each moment and before the next one; users and cost are
-- of those that began since `shown_ns`. The row that is a sum is of all. Ids are held against each other as numbers of
-- 64 bits, in two thirds of the time of texts.
SELECT
    mode,
    grouping(mode) AS is_sum,
    sumIf(conversations, is_shown) AS conversations,
    uniqMergeIf(users, is_shown) AS users,
    sumIf(cost_usd, is_shown) AS cost_usd,
    sumMap([since_ns], [began.conversations]) AS periods
FROM
(
    SELECT
        toInt64(place) - 1 AS mode,
        roundDown(toUnixTimestamp64Nano(first_time), {moments_ns:Array(Int64)}) AS since_ns,
        since_ns >= {shown_ns:Int64} AS is_shown,
        count() AS conversations,
        uniqStateIf(user_id, user_id != '') AS users,
        sum(cost_usd) AS cost_usd
    FROM
    (
        SELECT cityHash64(conversation_id) AS id, first_time, user_id, cost_usd
        FROM conversations FINAL
        WHERE project_id = {project_id:UInt32}
            AND first_time >= fromUnixTimestamp64Nano({moments_ns:Array(Int64)}[1], 'UTC')
            AND first_time <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
            AND cityHash64(conversation_id) IN
            (
                SELECT cityHash64(conversation_id) FROM estimates FINAL WHERE project_id = {project_id:UInt32}
            )
    ) AS led
    ANY LEFT JOIN
    (
        SELECT cityHash64(conversation_id) AS id, mode + 1 AS place
        FROM failing_turns FINAL
        WHERE project_id = {project_id:UInt32}
    ) AS failed USING (id)
    GROUP BY mode, since_ns
) AS began
GROUP BY GROUPING SETS ((mode), ())
