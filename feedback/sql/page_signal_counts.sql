-- For each kind (thumbs: each label): in how many conversations that began in each slice of the period, and in the whole
-- one before it, it fired, and about how many turns' answers. A conversation begins once, so slices may be summed.
WITH picked AS
(
    SELECT
        conversation_id,
        first_time >= fromUnixTimestamp64Nano({current_ns:Int64}, 'UTC') AS is_current,
        if(is_current, intDiv(toUnixTimestamp64Nano(first_time), {step_ns:Int64}) * {step_ns:Int64}, 0) AS slice_ns
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND true /* filter */
)
SELECT
    is_current,
    slice_ns,
    kind,
    if(kind = 'thumbs', label, '') AS label,
    uniqExact(conversation_id) AS conversations,
    uniqExact(conversation_id, coalesce(target, turn_index)) AS turns
FROM signals FINAL
INNER JOIN picked USING (conversation_id)
WHERE project_id = {project_id:UInt32} AND fired AND polarity != 0
GROUP BY is_current, slice_ns, kind, label
