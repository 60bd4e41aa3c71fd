-- Of some conversations, whether they are still there or not, the versions of the latest of what estimates are made from:
-- the hearing, what people said, who was asked. Without FINAL: what was taken back counts, too.
SELECT conversation_id, maxForEach(versions) AS versions
FROM
(
    SELECT conversation_id, [version, 0, 0] AS versions
    FROM hearings
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
    UNION ALL
    SELECT conversation_id, [0, version, 0]
    FROM confirmations
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
    UNION ALL
    SELECT conversation_id, [0, version, 0]
    FROM labels
    WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
    UNION ALL
    SELECT conversation_id, [0, 0, version]
    FROM asks
    WHERE project_id = {project_id:UInt32} AND asked AND conversation_id IN {conversation_ids:Array(String)}
)
GROUP BY conversation_id
