-- Reviewed messages and answers, of each what was settled last, with the signals that stand in its turn today: of kinds
-- that its question asks about.
SELECT
    item.question AS question,
    item.conversation_id AS conversation_id,
    item.turn_index AS turn_index,
    item.choices AS choices,
    item.propensity AS propensity,
    heard.signals AS signals
FROM
(
    SELECT question, conversation_id, turn_index, choices, propensity
    FROM settled_reviews FINAL
    PREWHERE project_id = {project_id:UInt32}
    WHERE question IN {questions:Array(String)} AND version <= {until_us:UInt64}
    ORDER BY conversation_id, turn_index, question, version DESC
    LIMIT 1 BY conversation_id, turn_index, question
) AS item
LEFT JOIN
(
    SELECT conversation_id, turn_index, arraySort(groupArray((kind, label, score, confidence, fired))) AS signals
    FROM signals FINAL
    PREWHERE project_id = {project_id:UInt32}
        AND conversation_id IN (SELECT conversation_id FROM settled_reviews WHERE project_id = {project_id:UInt32})
    WHERE kind IN {kinds:Array(String)}
    GROUP BY conversation_id, turn_index
) AS heard ON heard.conversation_id = item.conversation_id AND heard.turn_index = item.turn_index
ORDER BY conversation_id, turn_index, question
