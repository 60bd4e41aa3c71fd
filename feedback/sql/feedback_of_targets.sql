-- Feedback that names one of these conversations, traces or messages, or a span and no trace: first only which, then whole.
SELECT * EXCEPT (time, told_at, version, is_deleted), toUnixTimestamp64Nano(time) AS time_ns
FROM feedback FINAL
PREWHERE project_id = {project_id:UInt32}
    AND identifier IN
    (
        SELECT identifier FROM feedback
        WHERE project_id = {project_id:UInt32}
            AND (
                conversation_id IN {conversation_ids:Array(String)}
                OR trace_id IN {trace_ids:Array(String)}
                OR (trace_id = '' AND span_id IN {span_ids:Array(String)})
                OR message_id IN {message_ids:Array(String)}
            )
    )
WHERE conversation_id IN {conversation_ids:Array(String)}
    OR trace_id IN {trace_ids:Array(String)}
    OR (trace_id = '' AND span_id IN {span_ids:Array(String)})
    OR message_id IN {message_ids:Array(String)}
ORDER BY feedback.time, identifier
