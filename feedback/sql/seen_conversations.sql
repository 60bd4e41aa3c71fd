-- What some conversations opened with, and which models answered, turn by turn.
SELECT
    conversation_id,
    opened.opening AS opening,
    answered.models AS models
FROM
(
    SELECT conversation_id, substringUTF8(first_message, 1, {characters:UInt32}) AS opening
    FROM conversations FINAL
    PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
) AS opened
LEFT JOIN
(
    SELECT conversation_id, groupArray(models) AS models
    FROM
    (
        SELECT conversation_id, answers.model[-1] AS models
        FROM turns FINAL
        PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
        ORDER BY conversation_id, turn_index
    )
    GROUP BY conversation_id
) AS answered USING (conversation_id)
