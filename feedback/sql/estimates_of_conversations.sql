-- How likely the users of some conversations were dissatisfied, what speaks for it, and what asking rests on.
SELECT
    conversation_id, probability, low, high, reasons.name AS names, reasons.log_odds AS log_odds, is_fitted, basis,
    turn_count, high_unpraised, is_model_unsure
FROM estimates FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
