-- Signals of turns that lost their texts stay; the sentence that says why goes where it may quote.
ALTER TABLE signals
UPDATE evidence = concat(
    '{"reason": "', {mark:String}, toString(lengthUTF8(JSONExtractString(evidence, 'reason'))), {end:String},
    '", "offsets": ', JSONExtractRaw(evidence, 'offsets'), ', "span_ids": ', JSONExtractRaw(evidence, 'span_ids'),
    ', "numbers": ', JSONExtractRaw(evidence, 'numbers'), ', "text": ', JSONExtractRaw(evidence, 'text'), '}'
)
IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32} AND kind IN {kinds:Array(String)} AND is_deleted = 0
    AND position(evidence, {mark:String}) = 0 AND (conversation_id, turn_index) IN (
        SELECT conversation_id, turn_index FROM turns ARRAY JOIN answers.trace_id AS trace
        WHERE project_id = {project_id:UInt32} AND trace IN (
            SELECT TraceId FROM otel_traces
            WHERE project_id = {project_id:UInt32}
                AND ingested_at >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC') AND ingested_at < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')
        )
    )
SETTINGS mutations_sync = 2
