-- List the stored traces that a reprocessing is to read: conversation by conversation, in the order of time.
INSERT INTO reprocessing_traces (project_id, version, began, conversation_id, trace_id, span_count, kept_until)
SELECT
    {project_id:UInt32},
    {version:UInt64},
    fromUnixTimestamp64Nano(min(began_ns) OVER (PARTITION BY conversation), 'UTC'),
    if(known_conversation_id = '', trace_id, known_conversation_id) AS conversation,
    trace_id,
    span_count,
    max(spans_kept_until) OVER (PARTITION BY conversation)
FROM
(
    SELECT
        trace_id,
        minIf(start_ns, is_span) AS began_ns,
        countIf(is_span) AS span_count,
        max(kept_until) AS spans_kept_until,
        max(conversation_id) AS known_conversation_id
    FROM
    (
        SELECT
            TraceId AS trace_id, toUnixTimestamp64Nano(Timestamp) AS start_ns, true AS is_span, expires_at AS kept_until,
            '' AS conversation_id, false AS is_outdated
        FROM otel_traces
        WHERE project_id = {project_id:UInt32}
        UNION ALL
        SELECT trace_id, 0, false, toDateTime(0, 'UTC'), conversation_id, code_version != {code_version:String}
        FROM generations FINAL
        WHERE project_id = {project_id:UInt32}
    )
    GROUP BY trace_id
    HAVING span_count > 0
        AND began_ns >= {since_ns:Int64}
        AND began_ns < {until_ns:Int64}
        AND (max(is_outdated) OR NOT {outdated:UInt8})
)
