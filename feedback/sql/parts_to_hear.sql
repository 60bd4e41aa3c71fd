-- For each part of so many turns of a conversation: when its turns and what was said about them last changed, and when
-- it was last listened to. Versions are microseconds.
WITH
    told AS
    (
        SELECT
            intDiv(turn_index, {part_turns:UInt32}) AS part, start_time, version,
            arrayConcat(answers.trace_id, answers.message_id, answers.span_id, arrayFlatten(answers.generation_span_ids)) AS names
        FROM turns FINAL
        PREWHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
    ),
    -- without FINAL: what is gone must lose its signals
    given AS
    (
        SELECT version, time, trace_id, span_id, message_id
        FROM feedback
        WHERE project_id = {project_id:UInt32}
            AND (
                conversation_id = {conversation_id:String}
                OR trace_id IN (SELECT arrayJoin(names) FROM told)
                OR (message_id != '' AND message_id IN (SELECT arrayJoin(names) FROM told))
                OR (trace_id = '' AND span_id != '' AND span_id IN (SELECT arrayJoin(names) FROM told))
            )
    )
SELECT part, max(told_version) AS told_version, max(heard_version) AS heard_version
FROM
(
    SELECT part, max(version) AS told_version, toUInt64(0) AS heard_version
    FROM told
    GROUP BY part
    UNION ALL
    SELECT named.part, max(given.version), 0
    FROM (SELECT version, arrayJoin([trace_id, span_id, message_id]) AS name FROM given) AS given
    INNER JOIN (SELECT part, arrayJoin(names) AS name FROM told) AS named USING (name)
    WHERE name != ''
    GROUP BY named.part
    UNION ALL
    SELECT argMax(begun.part, begun.begins), any(given.version), 0
    FROM
    (
        SELECT version, time
        FROM given
        WHERE (trace_id = '' OR trace_id NOT IN (SELECT arrayJoin(names) FROM told))
            AND (span_id = '' OR span_id NOT IN (SELECT arrayJoin(names) FROM told))
            AND (message_id = '' OR message_id NOT IN (SELECT arrayJoin(names) FROM told))
    ) AS given
    CROSS JOIN (SELECT part, min(start_time) AS begins FROM told GROUP BY part) AS begun
    WHERE begun.begins <= given.time
    GROUP BY given.version, given.time
    UNION ALL
    SELECT
        intDiv(turn_index, {part_turns:UInt32}), 0, max(version)
    FROM signals FINAL
    PREWHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
    GROUP BY intDiv(turn_index, {part_turns:UInt32})
)
GROUP BY part
HAVING told_version > 0
ORDER BY part
