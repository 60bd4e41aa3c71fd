-- What was asked, answered and said next in some turns; of a long text its start and its end.
SELECT
    conversation_id,
    turn_index,
    if(lengthUTF8(user_text) <= 2 * {characters:UInt32}, user_text,
        concat(substringUTF8(user_text, 1, {characters:UInt32}), ' … ', substringUTF8(user_text, -toInt64({characters:UInt32})))) AS request,
    if(lengthUTF8(answered) <= 2 * {characters:UInt32}, answered,
        concat(substringUTF8(answered, 1, {characters:UInt32}), ' … ', substringUTF8(answered, -toInt64({characters:UInt32})))) AS answer,
    if(lengthUTF8(said) <= 2 * {characters:UInt32}, said,
        concat(substringUTF8(said, 1, {characters:UInt32}), ' … ', substringUTF8(said, -toInt64({characters:UInt32})))) AS reaction
FROM
(
    SELECT conversation_id, turn_index, user_text, answers.text[-1] AS answered
    FROM turns FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
        AND turn_index = {turn_indexes:Array(UInt32)}[indexOf({conversation_ids:Array(String)}, conversation_id)]
) AS turn
LEFT JOIN
(
    SELECT conversation_id, turn_index - 1 AS before, user_text AS said
    FROM turns FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)} AND turn_index > 0
        AND coalesce(follows, toInt32(turn_index) - 1) = turn_index - 1
) AS next ON next.conversation_id = turn.conversation_id AND next.before = turn.turn_index
