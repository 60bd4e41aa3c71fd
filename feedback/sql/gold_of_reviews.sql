-- What reviewers settled that datasets take: answers found right and wrong, better ones written, whole conversations, and
-- signals that they confirmed by saying what a message or an answer is. Of each thing what was settled last.
SELECT
    countIf(question = 'answer' AND has(choices, 'none')) AS answers_right,
    countIf(question = 'answer' AND NOT hasAny(choices, ['none', 'cannot_tell'])) AS answers_wrong,
    countIf(trimBoth(better_answer) != '') AS better_answers,
    countIf(question = 'outcome' AND hasAny(choices, ['satisfied', 'dissatisfied'])) AS conversations,
    (
        SELECT count()
        FROM confirmations FINAL
        WHERE project_id = {project_id:UInt32} AND queue != 0 AND verdict = 'confirmed'
    ) AS signals
FROM
(
    SELECT question, choices, better_answer
    FROM settled_reviews FINAL
    WHERE project_id = {project_id:UInt32}
    ORDER BY version DESC
    LIMIT 1 BY question, conversation_id, turn_index
)
