-- How many conversations that match began after a time, so many at most.
SELECT count() AS conversations
FROM
(
    SELECT 1
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND first_time > fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND true /* filter */
    LIMIT {most:UInt32}
)
