-- A page of the people of whose conversations the largest share went wrong, as far as that is estimated, of those with so
-- many that it can be said. `rank` is the share in billionths. Only conversations that people led are estimated.
SELECT user_id, toInt64(round(avg(probability) * 1000000000)) AS rank
FROM
(
    SELECT cityHash64(conversation_id) AS key, user_id FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND user_id != '' AND startsWith(user_id, {beginning:String})
) AS conversation
INNER JOIN
(
    SELECT cityHash64(conversation_id) AS key, probability FROM estimates FINAL
    WHERE project_id = {project_id:UInt32}
) AS estimate ON estimate.key = conversation.key
GROUP BY user_id
HAVING count() >= {enough:UInt32} AND (rank, user_id) < ({before_rank:Int64}, {before_id:String})
ORDER BY rank DESC, user_id DESC
LIMIT {limit:UInt32}
