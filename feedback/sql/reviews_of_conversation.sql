-- What reviewers said of the items of one conversation in any queue, the oldest first: of each the latest, also where
-- that takes it back.
SELECT
    queue, question, conversation_id, turn_index, said_by, is_adjudication, choices, better_answer, note, seconds,
    is_informed, guidelines_version, version, is_deleted
FROM reviews FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
ORDER BY version DESC, said_by
LIMIT 1 BY queue, turn_index, said_by, is_adjudication
