-- Conversations that open with these words, in these times, and were heard as people's before now.
WITH asked AS
(
    SELECT
        arrayJoin(arrayEnumerate({openings:Array(UInt64)})) AS number,
        {openings:Array(UInt64)}[number] AS opening,
        {services:Array(String)}[number] AS service_name,
        {users:Array(String)}[number] AS user_id,
        {since:Array(Int64)}[number] AS since_ns,
        {until:Array(Int64)}[number] AS until_ns
),
alike AS
(
    SELECT DISTINCT conversation_id
    FROM
    (
        SELECT opening, service_name, user_id, conversation_id, toUnixTimestamp64Nano(first_time) AS start_ns
        FROM openings FINAL
        PREWHERE project_id = {project_id:UInt32} AND opening IN {openings:Array(UInt64)}
    ) AS opened
    INNER JOIN asked
        ON asked.opening = opened.opening
        AND asked.service_name = opened.service_name
        AND asked.user_id = opened.user_id
    WHERE start_ns BETWEEN since_ns AND until_ns
)
SELECT conversation_id
FROM hearings FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN (SELECT conversation_id FROM alike)
WHERE machine = '' AND version < {version:UInt64}
ORDER BY conversation_id
LIMIT {limit:UInt32}
