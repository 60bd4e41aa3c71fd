-- What holds of the items of a review queue.
SELECT
    question, conversation_id, turn_index, queue, answer_turn, choices, better_answer, said_by, is_adjudicated, reason,
    propensity, version
FROM settled_reviews FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE queue = {queue:UInt32}
ORDER BY conversation_id, turn_index
