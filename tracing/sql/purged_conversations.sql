-- Conversations in which a turn lost its texts: the search finds them by no word, until somebody writes in them again.
ALTER TABLE conversations
UPDATE
    first_message = if(
        first_message = '' OR position(first_message, {mark:String}) > 0,
        first_message, concat({mark:String}, toString(lengthUTF8(first_message)), {end:String})
    ),
    words = []
IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32}
    AND (notEmpty(words) OR (first_message != '' AND position(first_message, {mark:String}) = 0))
    AND conversation_id IN (
    SELECT id FROM purge_targets WHERE project_id = {project_id:UInt32} AND kind = 'turn'
)
SETTINGS mutations_sync = 2
