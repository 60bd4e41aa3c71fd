-- As `live_reasons.sql`, of the conversations that went on since a time and match a filter.
SELECT conversation_id, kind, arraySort(groupUniqArray((toUnixTimestamp64Nano(time), turn_index))) AS turns
FROM signals FINAL
PREWHERE project_id = {project_id:UInt32}
WHERE kind IN {kinds:Array(String)}
    AND time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND (kind != 'sentiment' OR (label = 'negative' AND score >= {angry:Float64}))
    AND true /* stands */
    AND conversation_id IN
    (
        SELECT conversation_id
        FROM conversations FINAL
        WHERE project_id = {project_id:UInt32}
            AND last_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
            AND true /* filter */
    )
    AND conversation_id NOT IN
    (
        SELECT conversation_id FROM hearings FINAL WHERE project_id = {project_id:UInt32} AND machine != ''
    )
GROUP BY conversation_id, kind
HAVING length(turns) >= {least:Array(UInt32)}[indexOf({kinds:Array(String)}, kind)]
ORDER BY turns[1] DESC, conversation_id, kind
LIMIT {limit:UInt32}
