-- One turn that has a request and an answer of each of the conversations of people that went well: it is likelier than
-- not that the user was satisfied, and no turn failed. Always the same ones: the hash of their ids decides, which is
-- chance, of turns as well; one in which the user just praises is taken only if there is no other. `most_hash` leaves
-- out early what would not be among them.
WITH well AS
(
    SELECT conversation_id
    FROM estimates FINAL
    WHERE project_id = {project_id:UInt32} AND probability < {most_probability:Float64}
        AND cityHash64(conversation_id) <= {most_hash:UInt64}
        AND conversation_id NOT IN
        (
            SELECT conversation_id
            FROM failing_turns FINAL
            WHERE project_id = {project_id:UInt32} AND cityHash64(conversation_id) <= {most_hash:UInt64}
        )
    ORDER BY cityHash64(conversation_id)
    LIMIT {candidates:UInt32}
),
praise AS
(
    SELECT conversation_id, turn_index
    FROM signals FINAL
    WHERE project_id = {project_id:UInt32} AND conversation_id IN (SELECT conversation_id FROM well)
        AND kind = 'praise' AND true /* stands */
)
SELECT
    conversation_id,
    argMin(turns.turn_index, ((conversation_id, turns.turn_index) IN (SELECT conversation_id, turn_index FROM praise),
        cityHash64(conversation_id, turns.turn_index))) AS turn_index,
    max(turns.version) AS version,
    cityHash64(conversation_id) AS hash
FROM turns FINAL
WHERE project_id = {project_id:UInt32}
    AND start_time >= fromUnixTimestamp64Nano({since_ns:Int64})
    AND user_text != ''
    AND answers.outcome[-1] = 'completed'
    AND conversation_id IN (SELECT conversation_id FROM well)
GROUP BY conversation_id
ORDER BY hash, conversation_id
LIMIT {limit:UInt32}
