-- One page of what reviewers said of items of review queues, latest first: of each reviewer the latest word, or with
-- `has_history` every word, also what was taken back. An empty parameter filters nothing. `before_id` is what the last
-- row of the page before is ordered by besides its time, as JSON.
SELECT
    queue, question, conversation_id, turn_index, said_by, is_adjudication, choices, better_answer, note, seconds,
    is_informed, guidelines_version, version, is_deleted
FROM
(
    SELECT
        *,
        version = max(version) OVER (PARTITION BY conversation_id, turn_index, queue, said_by, is_adjudication) AS is_last
    FROM reviews FINAL
    PREWHERE project_id = {project_id:UInt32}
    WHERE ({queue:UInt32} = 0 OR queue = {queue:UInt32})
        AND ({conversation_id:String} = '' OR conversation_id = {conversation_id:String})
        AND ({said_by:String} = '' OR said_by = {said_by:String})
)
WHERE ({has_history:Bool} OR (is_last AND NOT is_deleted))
    AND toInt64(version) * 1000 <= {before_ns:Int64}
    AND (
        toInt64(version) * 1000 < {before_ns:Int64}
        OR (queue, conversation_id, turn_index, said_by, is_adjudication)
            > JSONExtract({before_id:String}, 'Tuple(UInt32, String, UInt32, String, Bool)')
    )
ORDER BY version DESC, queue, conversation_id, turn_index, said_by, is_adjudication
LIMIT {limit:UInt32}
