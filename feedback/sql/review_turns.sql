-- Messages (`of_messages`: all but the first of a conversation) or answers that could be judged, the latest first, and how
-- strongly speaks for it: that a signal of `kinds` lies near the score from which its kind fires, that what was heard and
-- what the user said of the answer on purpose disagree, and that the answer is the one that failed in a failure mode.
WITH
(
    SELECT (groupArray(kind), groupArray(edge))
    FROM
    (
        SELECT kind, least(0.99, greatest(0.01, min(score))) AS edge
        FROM signals FINAL
        WHERE project_id = {project_id:UInt32} AND fired AND kind IN {kinds:Array(String)}
        GROUP BY kind
    )
) AS edges
SELECT
    turn.conversation_id AS conversation_id,
    turn.turn_index AS turn_index,
    turn.answer_turn AS answer_turn,
    pow(greatest(0, heard.nearness), 2) AS uncertain,
    multiIf(is_up AND is_down, 0.5, is_up, bad_score, is_down, 1 - bad_score, 0) AS disagreement,
    toFloat64(failure.mode > 0) AS failure_mode
FROM
(
    SELECT
        conversation_id,
        turn_index,
        start_time,
        toUInt32(if({of_messages:Bool}, ifNull(follows, toInt32(turn_index) - 1), turn_index)) AS answer_turn
    FROM turns FINAL
    WHERE project_id = {project_id:UInt32}
        AND if({of_messages:Bool}, user_text != '' AND ifNull(follows, toInt32(turn_index) - 1) >= 0,
            notEmpty(answers.outcome) AND answers.outcome[-1] != 'error')
        AND conversation_id IN
        (
            SELECT conversation_id
            FROM conversations FINAL
            WHERE project_id = {project_id:UInt32}
                AND last_time > fromUnixTimestamp64Nano({since_ns:Int64})
                AND last_time <= fromUnixTimestamp64Nano({until_ns:Int64})
                AND true /* filter */
        )
    ORDER BY start_time DESC, conversation_id, turn_index
    LIMIT {limit:UInt32}
) AS turn
LEFT JOIN
(
    SELECT
        conversation_id,
        at_turn,
        max(least(score / edge, (1 - score) / (1 - edge))) AS nearness,
        maxIf(score, polarity < 0) AS bad_score
    FROM
    (
        SELECT
            conversation_id,
            if({of_messages:Bool}, turn_index, coalesce(target, turn_index)) AS at_turn,
            score,
            polarity,
            if(has(edges.1, kind), edges.2[indexOf(edges.1, kind)], 0.5) AS edge
        FROM signals FINAL
        WHERE project_id = {project_id:UInt32} AND kind IN {kinds:Array(String)}
    )
    GROUP BY conversation_id, at_turn
) AS heard ON heard.conversation_id = turn.conversation_id AND heard.at_turn = turn.turn_index
LEFT JOIN
(
    SELECT
        conversation_id,
        coalesce(target, turn_index) AS at_turn,
        max(polarity > 0) AS is_up,
        max(polarity < 0) AS is_down
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32} AND kind IN ('thumbs', 'rating') AND fired
    GROUP BY conversation_id, at_turn
) AS said ON said.conversation_id = turn.conversation_id AND said.at_turn = turn.answer_turn
LEFT JOIN
(
    SELECT conversation_id, turn_index, mode
    FROM failing_turns FINAL
    WHERE project_id = {project_id:UInt32}
) AS failure ON failure.conversation_id = turn.conversation_id AND failure.turn_index = turn.answer_turn
ORDER BY start_time DESC, conversation_id, turn_index
