-- Decisions since a time by their reason: how many, how many were asked, and of those how many answered, or declined by
-- feedback of that name and nothing else. Feedback says by the `ask_id` of its metadata which question it answers.
SELECT
    reason,
    count() AS decided,
    countIf(asked) AS asks,
    countIf(asked AND has_answer) AS answered,
    countIf(asked AND has_declined AND NOT has_answer) AS declined
FROM
(
    SELECT ask_id, reason, asked, answers > 0 AS has_answer, refusals > 0 AS has_declined
    FROM asks FINAL
    LEFT JOIN
    (
        SELECT
            JSONExtractString(metadata, 'ask_id') AS ask_id,
            countIf(name != {declined:String}) AS answers,
            countIf(name = {declined:String}) AS refusals
        FROM feedback FINAL
        WHERE project_id = {project_id:UInt32} AND metadata LIKE '%"ask_id"%'
        GROUP BY ask_id
    ) AS told USING (ask_id)
    WHERE project_id = {project_id:UInt32} AND time >= fromUnixTimestamp64Nano({since_ns:Int64})
)
GROUP BY reason
ORDER BY reason
