-- Of some conversations that people lead, the turns in which signals stand that are reasons to hand over, by kind: at
-- least as many of each as its reason asks for, in the order of time.
SELECT conversation_id, kind, arraySort(groupUniqArray((toUnixTimestamp64Nano(time), turn_index))) AS turns
FROM signals FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
WHERE kind IN {kinds:Array(String)}
    AND (kind != 'sentiment' OR (label = 'negative' AND score >= {angry:Float64}))
    AND true /* stands */
    AND conversation_id NOT IN
    (
        SELECT conversation_id
        FROM hearings FINAL
        WHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)} AND machine != ''
    )
GROUP BY conversation_id, kind
HAVING length(turns) >= {least:Array(UInt32)}[indexOf({kinds:Array(String)}, kind)]
