-- Model calls of one page, whole, each with the turn that it was made for.
SELECT
    generations.* EXCEPT (start_time, code_version, version, is_deleted),
    toUnixTimestamp64Nano(start_time) AS start_time_ns,
    turn.turn_index AS turn_index
FROM generations FINAL
LEFT JOIN
(
    SELECT toNullable(turn_index) AS turn_index, span_id
    FROM turns FINAL
    ARRAY JOIN arrayFlatten(answers.generation_span_ids) AS span_id
    PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
) AS turn ON turn.span_id = generations.span_id
PREWHERE project_id = {project_id:UInt32}
    AND trace_id IN {trace_ids:Array(String)}
    AND span_id IN {span_ids:Array(String)}
ORDER BY start_time_ns DESC, span_id
