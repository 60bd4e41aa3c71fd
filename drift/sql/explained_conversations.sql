-- Some of a segment's conversations from `since` until before `until`: by the hash of their ids, so a fair sample, and the
-- same one the next time. An empty list of prompt versions or models is all.
SELECT
    conversation_id, language, metrics, counts, sums,
    toFixedString(if(length(vector) = 384, vector, ''), 384) AS packed
FROM observations FINAL
WHERE project_id = {project_id:UInt32} AND day >= {since:Date} AND day < {until:Date} AND conversation_id IN
(
    SELECT conversation_id
    FROM observations FINAL
    WHERE project_id = {project_id:UInt32} AND day >= {since:Date} AND day < {until:Date}
        AND service_name = {service_name:String} AND environment = {environment:String}
        AND (empty({prompt_versions:Array(String)}) OR prompt_version IN {prompt_versions:Array(String)})
        AND (empty({models:Array(String)}) OR model IN {models:Array(String)})
    ORDER BY cityHash64(conversation_id), conversation_id
    LIMIT {limit:UInt32}
)
ORDER BY cityHash64(conversation_id), conversation_id
