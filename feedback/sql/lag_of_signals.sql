-- When the oldest conversation was built, or the oldest feedback on one was written, that is past the watermark, of all
-- projects; 0 where none is. Feedback whose conversation has not come yet waits for that, not for the stage.
WITH
    new_feedback AS
    (
        SELECT project_id, conversation_id, trace_id, span_id, message_id, version
        FROM feedback
        WHERE version > {after_us:UInt64}
    )
SELECT min(version) * (count() > 0) AS oldest_us, count() AS waiting
FROM
(
    SELECT project_id, conversation_id, version FROM conversations WHERE version > {after_us:UInt64}
    UNION ALL
    SELECT project_id, conversation_id, version FROM new_feedback WHERE conversation_id != ''
    UNION ALL
    SELECT generation.project_id, generation.conversation_id, told.version
    FROM (SELECT project_id, trace_id, version FROM new_feedback WHERE trace_id != '') AS told
    INNER JOIN
    (
        SELECT project_id, trace_id, conversation_id
        FROM generations FINAL
        WHERE (project_id, trace_id) IN (SELECT project_id, trace_id FROM new_feedback)
    ) AS generation ON generation.project_id = told.project_id AND generation.trace_id = told.trace_id
    UNION ALL
    SELECT generation.project_id, generation.conversation_id, told.version
    FROM (SELECT project_id, message_id, version FROM new_feedback WHERE message_id != '') AS told
    INNER JOIN
    (
        SELECT project_id, message_id, conversation_id
        FROM generations FINAL
        WHERE message_id != '' AND (project_id, message_id) IN (SELECT project_id, message_id FROM new_feedback)
    ) AS generation ON generation.project_id = told.project_id AND generation.message_id = told.message_id
    UNION ALL
    SELECT generation.project_id, generation.conversation_id, told.version
    FROM (SELECT project_id, span_id, version FROM new_feedback WHERE trace_id = '' AND span_id != '') AS told
    INNER JOIN
    (
        SELECT project_id, span_id, conversation_id
        FROM generations FINAL
        WHERE (project_id, span_id) IN (SELECT project_id, span_id FROM new_feedback WHERE trace_id = '')
    ) AS generation ON generation.project_id = told.project_id AND generation.span_id = told.span_id
)
WHERE cityHash64(project_id, conversation_id) % {lanes:UInt32} = {lane:UInt32}
