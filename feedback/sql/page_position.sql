-- How many conversations match, and which stand beside `at_id` in the list, newest first.
WITH (
    SELECT toUnixTimestamp64Nano(first_time) FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id = {at_id:String}
) AS found_ns
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
        ifNull(found_ns, 0) AS at_ns,
        {at_id:String} AS at_id
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND first_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND ({environment:String} = '' OR environment = {environment:String})
        AND ({service_name:String} = '' OR service_name = {service_name:String})
        AND ({model:String} = '' OR has(models, {model:String}))
        AND ({user_id:String} = '' OR user_id = {user_id:String})
        AND (
            {signal:String} = ''
            OR conversation_id IN (
                SELECT conversation_id FROM signals FINAL
                WHERE {signal:String} != '' AND project_id = {project_id:UInt32} AND kind = {signal:String} AND fired
            )
        )
        AND (
            {thumbs:String} = ''
            OR conversation_id IN (
                SELECT conversation_id FROM signals FINAL
                WHERE {thumbs:String} != '' AND project_id = {project_id:UInt32}
                    AND kind = 'thumbs' AND label = {thumbs:String} AND fired
            )
        )
        AND (
            {outcome:String} = ''
            OR conversation_id IN (
                SELECT conversation_id FROM turns FINAL
                WHERE {outcome:String} != '' AND project_id = {project_id:UInt32} AND has(answers.outcome, {outcome:String})
            )
        )
        AND (
            {q:String} = ''
            OR (
                notEmpty({words:Array(String)})
                AND hasAllTokens(words, {words:Array(String)})
            )
        )
)
