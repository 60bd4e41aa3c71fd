-- How many conversations match, and which stand beside one of them in the list, newest first.
SELECT
    count() AS total,
    countIf(place > (at_ns, at_id)) AS newer,
    countIf(place = (at_ns, at_id)) AS here,
    argMinIf(conversation_id, place, place > (at_ns, at_id)) AS previous_id,
    argMaxIf(conversation_id, place, place < (at_ns, at_id)) AS next_id
FROM
(
    SELECT
        conversation_id,
        (toUnixTimestamp64Nano(first_time), conversation_id) AS place,
        {at_ns:Int64} AS at_ns,
        {at_id:String} AS at_id
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND true /* filter */
)
