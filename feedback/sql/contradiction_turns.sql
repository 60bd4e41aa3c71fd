-- The latest turns that people led since a time, with the answer that stayed; what is longer than a request is left out.
-- Tables are asked for the keys alone first: texts are read of these.
WITH latest AS
(
    SELECT conversation_id, turn_index
    FROM turns FINAL
    PREWHERE project_id = {project_id:UInt32}
    WHERE start_time >= fromUnixTimestamp64Nano({since_ns:Int64}) AND notEmpty(answers.outcome) AND answers.outcome[-1] = 'completed'
        AND conversation_id NOT IN
        (
            SELECT conversation_id FROM hearings FINAL PREWHERE project_id = {project_id:UInt32} WHERE machine != ''
        )
    ORDER BY start_time DESC, conversation_id, turn_index
    LIMIT {limit:UInt32}
)
SELECT
    conversation_id,
    turn_index,
    owner.user_id AS user_id,
    user_text AS request,
    substringUTF8(answers.text[-1], 1, {answer_characters:UInt32}) AS answer,
    toUnixTimestamp64Nano(start_time) AS time_ns,
    answers.trace_id[-1] AS trace_id,
    answers.span_id[-1] AS span_id,
    answers.model[-1] AS model,
    answers.after_tools[-1] AS after_tools
FROM
(
    SELECT * FROM turns FINAL
    PREWHERE project_id = {project_id:UInt32} AND (conversation_id, turn_index) IN latest
    WHERE user_text != '' AND length(user_text) <= {request_bytes:UInt32} AND answers.text[-1] != ''
) AS turn
ANY LEFT JOIN
(
    SELECT conversation_id, user_id FROM conversations FINAL
    PREWHERE project_id = {project_id:UInt32} AND conversation_id IN (SELECT conversation_id FROM latest)
) AS owner USING (conversation_id)
ORDER BY time_ns DESC, conversation_id, turn_index
