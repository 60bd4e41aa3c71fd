-- Conversations and turns that began in each slice of the period, and in the whole period of the same length before it, by
-- the machine that led them ('' is people).
SELECT
    first_time >= fromUnixTimestamp64Nano({current_ns:Int64}, 'UTC') AS is_current,
    if(is_current, intDiv(toUnixTimestamp64Nano(first_time), {step_ns:Int64}) * {step_ns:Int64}, 0) AS slice_ns,
    machine,
    count() AS conversations,
    sum(turn_count) AS turns
FROM
(
    SELECT conversation_id, first_time, turn_count
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND true /* filter */
) AS begun
ANY LEFT JOIN
(
    SELECT conversation_id, machine FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine != ''
) AS led USING (conversation_id)
GROUP BY is_current, slice_ns, machine
