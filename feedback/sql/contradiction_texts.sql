-- What was asked and answered in turns of some conversations that have one of some indexes.
SELECT
    conversation_id,
    turn_index,
    owner.user_id AS user_id,
    user_text AS request,
    substringUTF8(answers.text[-1], 1, {answer_characters:UInt32}) AS answer
FROM
(
    SELECT conversation_id, turn_index, user_text, answers.text
    FROM turns FINAL
    PREWHERE project_id = {project_id:UInt32}
        AND conversation_id IN {conversation_ids:Array(String)} AND turn_index IN {turn_indexes:Array(UInt32)}
) AS turn
ANY LEFT JOIN
(
    SELECT conversation_id, user_id FROM conversations FINAL
    PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
) AS owner USING (conversation_id)
