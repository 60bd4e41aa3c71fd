-- One page of what people said of signals and of conversations, latest first; an empty parameter filters nothing.
-- `before_id` is what the last row of the page before is ordered by besides its time, as JSON. Of a conversation `kind`
-- is what was judged.
SELECT target, conversation_id, turn_index, kind, label, span_id, said_by, verdict, fired, score, queue, time_ns
FROM
(
    SELECT
        'signal' AS target, conversation_id, turn_index, kind, label, span_id, said_by, '' AS by_whom,
        verdict, fired, score, queue, toInt64(version) * 1000 AS time_ns
    FROM confirmations FINAL
    WHERE project_id = {project_id:UInt32}
    UNION ALL
    SELECT
        'conversation', conversation_id, 0, kind, '', '', said_by, said_by,
        verdict, false, NULL, queue, toInt64(version) * 1000
    FROM labels FINAL
    WHERE project_id = {project_id:UInt32}
)
WHERE time_ns <= {before_ns:Int64}
    AND (
        time_ns < {before_ns:Int64}
        OR (target, conversation_id, turn_index, kind, label, span_id, by_whom)
            > JSONExtract({before_id:String}, 'Tuple(String, String, UInt32, String, String, String, String)')
    )
    AND ({target:String} = '' OR target = {target:String})
    AND ({conversation_id:String} = '' OR conversation_id = {conversation_id:String})
    AND ({kind:String} = '' OR kind = {kind:String})
    AND ({verdict:String} = '' OR verdict = {verdict:String})
ORDER BY time_ns DESC, target, conversation_id, turn_index, kind, label, span_id, by_whom
LIMIT {limit:UInt32}
