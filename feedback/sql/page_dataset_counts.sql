-- What datasets are made of, in conversations that match: answers that a signal of a kind stands about, as it fired or a
-- person said, and answers that reviewers settled; of something that several queues asked about what was settled last.
SELECT kind, label, polarity, uniqExact(conversation_id, turn, span_id) AS answers
FROM
(
    SELECT kind, label, polarity, conversation_id, coalesce(target, turn_index) AS turn, span_id
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32} AND polarity != 0 AND target IS NOT NULL
        AND true /* stands */
    UNION ALL
    SELECT 'review' AS kind, said AS label, 0 AS polarity, conversation_id, turn, '' AS span_id
    FROM
    (
        SELECT
            conversation_id,
            trimBoth(better_answer) != '' AS is_better,
            if(is_better, answer_turn, turn_index) AS turn,
            multiIf(is_better, 'better', has(choices, 'none'), 'right', 'wrong') AS said
        FROM settled_reviews FINAL
        WHERE project_id = {project_id:UInt32}
            AND (trimBoth(better_answer) != '' OR (question = 'answer' AND NOT has(choices, 'cannot_tell')))
        ORDER BY version DESC
        LIMIT 1 BY conversation_id, question, turn_index
    )
)
WHERE conversation_id IN
(
    SELECT conversation_id FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND true /* filter */
)
GROUP BY kind, label, polarity
