-- Conversations that were built after the watermark, whose feedback was told, replaced or withdrawn after it, or that have
-- become quiet since, of all projects. The first two without FINAL: a conversation that is gone must lose its signals, and
-- so must feedback that is gone.
WITH
    new_feedback AS
    (
        SELECT project_id, conversation_id, trace_id, span_id, message_id, version
        FROM feedback
        WHERE version > {after_us:UInt64}
    )
SELECT project_id, conversation_id AS id, max(version) AS changed_us, count() AS row_count
FROM
(
    SELECT project_id, conversation_id, version FROM conversations WHERE version > {after_us:UInt64}
    UNION ALL
    -- those that have become quiet: half an hour after their last answer (QUIET_NS in feedback/detectors/material.py)
    SELECT project_id, conversation_id, toUInt64(toUnixTimestamp64Micro(toDateTime64(last_time, 6)) + 1800 * 1000000) AS quiet_us
    FROM conversations FINAL
    WHERE last_time > fromUnixTimestamp64Micro(toInt64({after_us:UInt64})) - INTERVAL 30 MINUTE
        AND last_time <= now64(6) - INTERVAL 30 MINUTE
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
GROUP BY project_id, conversation_id
ORDER BY changed_us, id
LIMIT {limit:UInt32}
