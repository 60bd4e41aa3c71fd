-- Conversations of people before a version of a prompt was first seen and without it, and since `after_ns` with one of
-- some versions; and how many of them are in a failure mode.
SELECT
    is_after,
    count() AS conversations,
    countIf(id IN
    (
        SELECT cityHash64(conversation_id) FROM failing_turns FINAL
        WHERE project_id = {project_id:UInt32} AND mode = {mode:UInt32}
    )) AS failing
FROM
(
    SELECT
        cityHash64(conversation_id) AS id,
        first_time,
        id IN
        (
            SELECT cityHash64(conversation_id) FROM generations_by_time FINAL
            WHERE project_id = {project_id:UInt32}
                AND hour >= toStartOfHour(fromUnixTimestamp64Nano({seen_ns:Int64}, 'UTC'))
                AND start_time >= fromUnixTimestamp64Nano({seen_ns:Int64}, 'UTC')
                AND has({values:Array(Array(String))}, [toString(prompt_name), toString(prompt_version)])
        ) AS is_after
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND id IN (SELECT cityHash64(conversation_id) FROM estimates FINAL WHERE project_id = {project_id:UInt32})
) AS led
WHERE if(is_after, first_time >= fromUnixTimestamp64Nano({after_ns:Int64}, 'UTC'),
    first_time < fromUnixTimestamp64Nano({seen_ns:Int64}, 'UTC'))
GROUP BY is_after
