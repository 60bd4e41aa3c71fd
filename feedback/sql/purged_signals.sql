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
        SELECT id, turn_index FROM purge_targets WHERE project_id = {project_id:UInt32} AND kind = 'turn'
    )
SETTINGS mutations_sync = 2
