-- How likely some users were dissatisfied, over those of their conversations that are estimated.
SELECT user_id, count() AS estimated, avg(probability) AS value, avg(low) AS low, avg(high) AS high
FROM
(
    SELECT conversation_id, user_id FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND user_id IN {user_ids:Array(String)}
) AS conversation
INNER JOIN
(
    SELECT conversation_id, probability, low, high FROM estimates FINAL
    WHERE project_id = {project_id:UInt32}
        AND conversation_id IN
        (
            SELECT conversation_id FROM conversations
            WHERE project_id = {project_id:UInt32} AND user_id IN {user_ids:Array(String)}
        )
) AS estimate ON estimate.conversation_id = conversation.conversation_id
GROUP BY user_id
