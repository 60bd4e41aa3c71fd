-- Dead letters of what is erased: those that came in its time, are of its traces, or hold its ids.
INSERT INTO erasure_targets (project_id, kind, id)
SELECT DISTINCT {project_id:UInt32}, 'letter', letter_id
FROM dead_letters
WHERE project_id = {project_id:UInt32}
    AND (
        (toUnixTimestamp64Nano(toDateTime64(ingested_at, 9, 'UTC')) >= {start_ns:Int64}
            AND toUnixTimestamp64Nano(toDateTime64(ingested_at, 9, 'UTC')) < {end_ns:Int64})
        OR multiSearchAny(row, {texts:Array(String)})
        OR JSONExtractString(row, 'TraceId') IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')
        OR JSONExtractString(row, 'trace_id') IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace')
        OR JSONExtractString(row, 'conversation_id') IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
        OR JSONExtractString(row, 'SpanAttributes', 'gen_ai.conversation.id') IN (SELECT id FROM erasure_targets WHERE project_id = {project_id:UInt32} AND kind = 'conversation')
    )
