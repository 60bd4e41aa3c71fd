-- Turns with an answer of a trace that lost its texts lose theirs, those of other answers to the same message, too.
ALTER TABLE turns
UPDATE
    user_text = if(
        user_text = '' OR position(user_text, {mark:String}) > 0,
        user_text, concat({mark:String}, toString(lengthUTF8(user_text)), {end:String})
    ),
    sent_text = if(
        sent_text = '' OR position(sent_text, {mark:String}) > 0,
        sent_text, concat({mark:String}, toString(lengthUTF8(sent_text)), {end:String})
    ),
    `answers.text` = arrayMap(
        text -> if(
            text = '' OR position(text, {mark:String}) > 0,
            text, concat({mark:String}, toString(lengthUTF8(text)), {end:String})
        ),
        answers.text
    )
IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32} AND (conversation_id, turn_index) IN (
    SELECT id, turn_index FROM purge_targets WHERE project_id = {project_id:UInt32} AND kind = 'turn'
)
SETTINGS mutations_sync = 2
