-- What decides whether somebody is asked now: when they were asked since a time, the decision on this very turn where
-- one was taken, the signals of the conversation and its turns. A turn is named by its message, else by its number.
WITH
    (
        SELECT max(turn_count) FROM conversations FINAL
        WHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
    ) AS turns,
    if({message_id:String} = '', concat('turn ', toString(turns)), {message_id:String}) AS this_turn
SELECT
    turns,
    this_turn AS turn,
    (
        SELECT groupUniqArray(ask_id) FROM asks
        WHERE project_id = {project_id:UInt32} AND person = {person:String}
            AND asked AND time >= fromUnixTimestamp64Nano({since_ns:Int64})
    ) AS asked_ids,
    (
        SELECT groupArray(1)((ask_id, asked, propensity, reason)) FROM asks
        WHERE project_id = {project_id:UInt32} AND person = {person:String}
            AND conversation_id = {conversation_id:String} AND turn = this_turn
    ) AS taken,
    (
        SELECT groupArray((kind, polarity, score, fired, turn_index, label)) FROM signals FINAL
        WHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
    ) AS signals
