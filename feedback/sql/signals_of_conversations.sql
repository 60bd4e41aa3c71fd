-- The signals of some conversations, in the order of their turns.
SELECT
    conversation_id, turn_index, kind, label, score, confidence, fired, polarity, target, trace_id, span_id, evidence,
    detector, detector_version
FROM signals FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
ORDER BY conversation_id, turn_index, fired DESC, kind, label, span_id
