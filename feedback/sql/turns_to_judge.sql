-- Answers since a time that a message followed and nobody judged yet, the latest first: a sample by chance, and those
-- that people rated. `share_ppm` is the sample's share in millionths.
SELECT conversation_id, toUInt32(turn_index - 1) AS answer_index, cityHash64(conversation_id, turn_index) % 1000000 < {share_ppm:UInt32} AS is_sampled
FROM turns FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE start_time >= fromUnixTimestamp64Nano({since_ns:Int64})
    AND turn_index > 0
    AND user_text != ''
    AND
    (
        is_sampled
        OR (conversation_id, turn_index - 1) IN
        (
            SELECT conversation_id, assumeNotNull(target)
            FROM signals FINAL
            PREWHERE project_id = {project_id:UInt32}
            WHERE time >= fromUnixTimestamp64Nano({since_ns:Int64}) AND kind IN ('thumbs', 'rating') AND target IS NOT NULL
        )
    )
    AND concat('judge:', conversation_id, ':', toString(turn_index - 1)) NOT IN
    (
        SELECT identifier
        FROM feedback FINAL
        PREWHERE project_id = {project_id:UInt32} AND identifier >= 'judge:' AND identifier < 'judge;'
    )
    AND conversation_id NOT IN
    (
        SELECT conversation_id FROM hearings FINAL PREWHERE project_id = {project_id:UInt32} WHERE machine != ''
    )
ORDER BY start_time DESC, conversation_id, turn_index
LIMIT {limit:UInt32}
