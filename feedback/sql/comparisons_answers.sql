-- Model calls that comparisons name by their traces, spans or messages: what they are, and how long the answer is.
SELECT
    trace_id, span_id, message_id, conversation_id, user_id,
    toUnixTimestamp64Nano(start_time) AS start_time_ns,
    if(response_model = '', request_model, response_model) AS model,
    prompt_name, prompt_version,
    substringUTF8(system_instructions, 1, 60) AS instructions,
    if(system_instructions = '', '', lower(hex(cityHash64(system_instructions)))) AS instructions_digest,
    arraySum(each -> lengthUTF8(JSONExtractString(each, 'content')), JSONExtractArrayRaw(output_messages)) AS characters,
    metadata
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32} AND (trace_id, span_id) IN
(
    SELECT trace_id, span_id
    FROM generations_by_time
    WHERE project_id = {project_id:UInt32}
        AND (
            trace_id IN {trace_ids:Array(String)}
            OR span_id IN {span_ids:Array(String)}
            OR (message_id != '' AND message_id IN {message_ids:Array(String)})
        )
)
ORDER BY start_time_ns, trace_id, span_id
