-- Which turns of a conversation may change where exchanges come at or after a time: from the last one that began before
-- it on; and those that these turns, or exchanges with some histories, may replace or go on from.
WITH
    narrow AS
    (
        SELECT
            turn_index, start_time, follows,
            answers.start_time AS times, answers.history_hash AS hashes, arrayFlatten(answers.told) AS told
        FROM turns FINAL
        PREWHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
    ),
    (SELECT max(start_time) FROM narrow WHERE start_time < fromUnixTimestamp64Nano({cut_ns:Int64}, 'UTC')) AS from_time,
    (SELECT min(turn_index) FROM narrow WHERE start_time >= from_time) AS from_index
SELECT turn_index, toUnixTimestamp64Nano(from_time) AS from_ns, from_index
FROM narrow
WHERE start_time >= from_time
    OR turn_index + 1 = from_index
    OR arrayExists(time -> time >= from_time, times)
    OR hasAny(hashes, {hashes:Array(String)})
    OR hasAny(told, {keys:Array(UInt64)})
    OR turn_index IN (SELECT assumeNotNull(follows) FROM narrow WHERE start_time >= from_time AND follows >= 0)
ORDER BY turn_index
