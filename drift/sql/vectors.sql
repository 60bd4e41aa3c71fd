-- What the first messages of conversations of a segment mean, the days from one until another, at most so many of them:
-- by the hash of their id, so that the same are taken each time. An empty list of a prompt version or model is all.
SELECT conversation_id, toFixedString(vector, 384) AS packed
FROM observations FINAL
PREWHERE project_id = {project_id:UInt32} AND day >= {since:Date} AND day <= {until:Date}
WHERE (empty({services:Array(String)}) OR service_name IN {services:Array(String)})
    AND (empty({environments:Array(String)}) OR environment IN {environments:Array(String)})
    AND (empty({prompt_versions:Array(String)}) OR prompt_version IN {prompt_versions:Array(String)})
    AND (empty({models:Array(String)}) OR model IN {models:Array(String)})
    AND length(vector) = 384
ORDER BY cityHash64(conversation_id), conversation_id
LIMIT {limit:UInt32}
