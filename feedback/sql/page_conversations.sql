-- A page of the list: what matches the filters and is older than the cursor, newest first; first only which, then whole.
WITH page AS
(
    SELECT conversation_id
    FROM conversations FINAL
    WHERE project_id = {project_id:UInt32}
        AND (toUnixTimestamp64Nano(first_time), conversation_id) < ({cursor_ns:Int64}, {cursor_id:String})
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
    ORDER BY first_time DESC, conversation_id DESC
    LIMIT {limit:UInt32}
)
SELECT
    conversation_id,
    toUnixTimestamp64Nano(first_time) AS first_time_ns,
    first_message,
    turn_count,
    user_id,
    models,
    service_name,
    environment,
    derived
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN (SELECT conversation_id FROM page)
ORDER BY first_time DESC, conversation_id DESC
