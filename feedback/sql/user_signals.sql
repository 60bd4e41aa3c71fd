-- What stands of what was heard from some users: in how many conversations each kind was, thumbs by where they point.
SELECT user_id, kind, if(kind = 'thumbs', label, '') AS direction, polarity, uniqExact(conversation_id) AS conversations
FROM
(
    SELECT conversation_id, kind, label, polarity FROM signals FINAL
    WHERE project_id = {project_id:UInt32} AND kind != 'sentiment' AND polarity != 0
        AND conversation_id IN
        (
            SELECT conversation_id FROM conversations
            WHERE project_id = {project_id:UInt32} AND user_id IN {user_ids:Array(String)}
        )
        AND true /* stands */
) AS signal
INNER JOIN
(
    SELECT conversation_id, user_id FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND user_id IN {user_ids:Array(String)}
) AS conversation ON conversation.conversation_id = signal.conversation_id
GROUP BY user_id, kind, direction, polarity
ORDER BY user_id, conversations DESC, kind, direction
