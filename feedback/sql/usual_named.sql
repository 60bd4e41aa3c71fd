-- Which share of each service's conversations tells its user, of those that began since and went on after the first
-- answer: few of those that machines lead do. What is known to be a machine's is left out.
SELECT service_name, count() AS count, countIf(user_id != '') / count AS share
FROM conversations
PREWHERE project_id = {project_id:UInt32}
WHERE is_deleted = 0 AND turn_count > 1 AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64})
    AND conversation_id NOT IN
    (
        SELECT conversation_id
        FROM hearings FINAL
        PREWHERE project_id = {project_id:UInt32}
        WHERE machine != ''
    )
GROUP BY service_name
HAVING count >= {enough:UInt32}
