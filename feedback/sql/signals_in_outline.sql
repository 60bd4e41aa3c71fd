-- What was heard in a conversation, without the evidence: what a line over the whole of it shows.
SELECT
    turn_index, kind, label, score, confidence, fired, polarity, target, trace_id, span_id, detector,
    detector_version AS version
FROM signals FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
WHERE polarity != 0 AND (fired OR score >= 0.4 OR kind = 'sentiment')
ORDER BY turn_index, fired DESC, kind, label, span_id
