-- The signals of a conversation, as much of each as decides whether its user is asked; quick, so without FINAL.
SELECT kind, polarity, score, fired, turn_index, label
FROM
(
    SELECT kind, polarity, score, fired, turn_index, label, is_deleted
    FROM signals
    WHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
    ORDER BY version DESC
    LIMIT 1 BY turn_index, kind, label, span_id
)
WHERE is_deleted = 0
