-- The latest notes of reviewers who said one of these answers of some conversations.
SELECT said_by, note, version
FROM
(
    SELECT said_by, note, choices, version, is_deleted
    FROM reviews FINAL
    WHERE project_id = {project_id:UInt32} AND question = 'failure_mode'
        AND conversation_id IN {conversation_ids:Array(String)}
    ORDER BY version DESC
    LIMIT 1 BY queue, conversation_id, turn_index, said_by, is_adjudication
)
WHERE NOT is_deleted AND note != '' AND hasAny(choices, {choices:Array(String)})
ORDER BY version DESC, said_by
LIMIT {limit:UInt32}
