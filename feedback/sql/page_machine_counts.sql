-- How many conversations each kind of machine led, of those that match and began in a period; and in the whole period of
-- the same length before it.
WITH picked AS
(
    SELECT conversation_id, first_time >= fromUnixTimestamp64Nano({current_ns:Int64}, 'UTC') AS is_current
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND true /* filter */
)
SELECT machine, is_current, count() AS conversations
FROM hearings FINAL
INNER JOIN picked USING (conversation_id)
WHERE project_id = {project_id:UInt32} AND machine != ''
GROUP BY machine, is_current
ORDER BY conversations DESC, machine
