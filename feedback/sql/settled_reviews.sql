-- What holds of reviewed items: of each what was settled last, in whichever queue.
SELECT
    question, conversation_id, turn_index, queue, answer_turn, choices, better_answer, said_by, is_adjudicated, reason,
    propensity, version
FROM settled_reviews FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE ({question:String} = '' OR question = {question:String})
    AND (NOT {is_narrowed:Bool} OR conversation_id IN {conversation_ids:Array(String)})
ORDER BY conversation_id, turn_index, question, version DESC
LIMIT 1 BY conversation_id, turn_index, question
