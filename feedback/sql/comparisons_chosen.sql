-- The latest turns whose answer a person had replaced: all answers, what was done with each, and what the next turn goes
-- on from.
WITH asked AS
(
    SELECT conversation_id, turn_index
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32} AND kind = 'regeneration' AND (fired OR label = 'curious')
    GROUP BY conversation_id, turn_index
    ORDER BY max(time) DESC, conversation_id, turn_index
    LIMIT {limit:UInt32}
)
SELECT
    turn.conversation_id AS conversation_id,
    turn.turn_index AS turn_index,
    turn.time_ns AS time_ns,
    turn.trace_ids AS trace_ids,
    turn.span_ids AS span_ids,
    turn.models AS models,
    turn.characters AS characters,
    turn.outcomes AS outcomes,
    turn.told AS told,
    heard.replaced AS replaced,
    heard.used AS used,
    next.continued AS continued
FROM
(
    SELECT
        conversation_id, turn_index, toUnixTimestamp64Nano(start_time) AS time_ns,
        answers.trace_id AS trace_ids, answers.span_id AS span_ids, answers.model AS models,
        arrayMap(each -> lengthUTF8(each), answers.text) AS characters,
        answers.outcome AS outcomes, answers.told AS told
    FROM turns FINAL
    WHERE project_id = {project_id:UInt32} AND (conversation_id, turn_index) IN asked
) AS turn
INNER JOIN
(
    SELECT
        conversation_id, turn_index,
        groupUniqArrayIf((trace_id, span_id), kind = 'regeneration') AS replaced,
        groupUniqArrayIf((trace_id, span_id), kind IN ('copy', 'accept')) AS used
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32} AND (conversation_id, turn_index) IN asked
        AND kind IN ('regeneration', 'copy', 'accept') AND (fired OR label = 'curious')
    GROUP BY conversation_id, turn_index
) AS heard ON heard.conversation_id = turn.conversation_id AND heard.turn_index = turn.turn_index
LEFT JOIN
(
    SELECT conversation_id, turn_index, answers.continues[1] AS continued
    FROM turns FINAL
    WHERE project_id = {project_id:UInt32} AND (conversation_id, turn_index - 1) IN asked AND turn_index > 0
) AS next ON next.conversation_id = turn.conversation_id AND next.turn_index = turn.turn_index + 1
ORDER BY time_ns DESC, conversation_id, turn_index
