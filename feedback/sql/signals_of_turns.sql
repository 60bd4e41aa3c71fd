-- The signals of some turns of a conversation that stand together, in their order.
SELECT
    conversation_id, turn_index, kind, label, score, confidence, fired, polarity, target, trace_id, span_id, evidence,
    detector, detector_version
FROM signals FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
    AND turn_index >= {first_turn:UInt32} AND turn_index < {end_turn:UInt32}
ORDER BY turn_index, fired DESC, kind, label, span_id
