-- Digests of the words with which conversations opened whose texts go.
ALTER TABLE openings
DELETE IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32} AND conversation_id IN (
    SELECT conversation_id FROM turns ARRAY JOIN answers.trace_id AS trace
    WHERE project_id = {project_id:UInt32} AND trace IN (
        SELECT TraceId FROM otel_traces
        WHERE project_id = {project_id:UInt32}
            AND ingested_at >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC') AND ingested_at < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')
    )
)
SETTINGS mutations_sync = 2
