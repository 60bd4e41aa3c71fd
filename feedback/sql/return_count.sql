-- How many conversations of known users match, counted up to `limit`.
SELECT count() AS conversations
FROM
(
    SELECT conversation_id FROM conversations FINAL
    WHERE project_id = {project_id:UInt32} AND user_id != '' AND true /* filter */
    LIMIT {limit:UInt32}
)
