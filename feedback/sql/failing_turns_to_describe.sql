-- Of each failure mode its latest failing turns, and a sample by chance of those in none. `hash` is the chance that also
-- takes turns that went well, see well_turns.sql. What is narrow is sorted first, vectors are read for the rows that stay.
-- Those of which people said that they belong are there in any case.
SELECT
    conversation_id, turn_index, family, signals, mode, toFixedString(vector, 1152) AS vector,
    cityHash64(conversation_id) AS hash
FROM failing_turns FINAL
WHERE project_id = {project_id:UInt32} AND conversation_id IN
(
    SELECT conversation_id
    FROM
    (
        SELECT conversation_id
        FROM failing_turns FINAL
        WHERE project_id = {project_id:UInt32} AND mode != 0
        ORDER BY time DESC, conversation_id
        LIMIT {members:UInt32} BY mode
    )
    UNION ALL
    SELECT conversation_id
    FROM
    (
        SELECT conversation_id
        FROM failing_turns FINAL
        WHERE project_id = {project_id:UInt32} AND mode = 0
        ORDER BY cityHash64(conversation_id)
        LIMIT {rest:UInt32}
    )
    UNION ALL
    SELECT arrayJoin({verified:Array(String)}) AS conversation_id
)
ORDER BY conversation_id
