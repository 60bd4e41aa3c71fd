-- Conversations that could be judged as a whole, those that ended last first, and how strongly speaks for it: that it is
-- not sure whether the user was satisfied, that what was heard and what the user said on purpose disagree, and that it is
-- in a failure mode. `failed`: those alone that have a turn that failed.
SELECT
    conversation.conversation_id AS conversation_id,
    toUInt32(0) AS turn_index,
    if(failure.is_known, failure.turn_index, toUInt32(greatest(1, turn_count) - 1)) AS answer_turn,
    pow(greatest(1 - abs(2 * probability - 1), high - low), 2) AS uncertain,
    multiIf(is_up AND is_down, 0.5, is_up, bad_score, is_down, 1 - bad_score, 0) AS disagreement,
    toFloat64(failure.mode > 0) AS failure_mode
FROM
(
    SELECT conversation_id, turn_count, last_time
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND last_time > fromUnixTimestamp64Nano({since_ns:Int64})
        AND last_time <= fromUnixTimestamp64Nano({until_ns:Int64})
        AND (
            NOT {failed:Bool}
            OR conversation_id IN (SELECT conversation_id FROM failing_turns FINAL WHERE project_id = {project_id:UInt32})
        )
        AND true /* filter */
    ORDER BY last_time DESC, conversation_id
    LIMIT {limit:UInt32}
) AS conversation
LEFT JOIN
(
    SELECT conversation_id, probability, low, high
    FROM estimates FINAL
    WHERE project_id = {project_id:UInt32}
) AS estimate ON estimate.conversation_id = conversation.conversation_id
LEFT JOIN
(
    SELECT
        conversation_id,
        countIf(kind IN ('thumbs', 'rating') AND fired AND polarity > 0) > 0 AS is_up,
        countIf(kind IN ('thumbs', 'rating') AND fired AND polarity < 0) > 0 AS is_down,
        maxIf(score, kind NOT IN ('thumbs', 'rating') AND polarity < 0) AS bad_score
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32}
    GROUP BY conversation_id
    HAVING is_up OR is_down
) AS heard ON heard.conversation_id = conversation.conversation_id
LEFT JOIN
(
    SELECT conversation_id, turn_index, mode, true AS is_known
    FROM failing_turns FINAL
    WHERE project_id = {project_id:UInt32}
) AS failure ON failure.conversation_id = conversation.conversation_id
ORDER BY last_time DESC, conversation_id
