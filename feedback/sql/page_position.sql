-- How many conversations match and what they cost, and which stand beside `at_id` in the list, newest first.
WITH (
    SELECT toUnixTimestamp64Nano(first_time) FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id = {at_id:String}
) AS found_ns
SELECT
    count() AS total,
    toFloat64(sum(toDecimal128(cost_usd, 12))) AS cost_usd, -- exact, so that no order of adding shows
    countIf(place > (at_ns, at_id)) AS newer,
    countIf(place = (at_ns, at_id)) AS here,
    argMinIf(conversation_id, place, place > (at_ns, at_id)) AS previous_id,
    argMaxIf(conversation_id, place, place < (at_ns, at_id)) AS next_id
FROM
(
    SELECT
        conversation_id,
        cost_usd,
        (toUnixTimestamp64Nano(first_time), conversation_id) AS place,
        ifNull(found_ns, 0) AS at_ns,
        {at_id:String} AS at_id
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND true /* filter */
)
