-- Which of some ids of traces, model calls and messages a conversation has anywhere.
SELECT DISTINCT name
FROM
(
    SELECT arrayJoin(arrayConcat(
        answers.trace_id, answers.message_id, answers.span_id, arrayFlatten(answers.generation_span_ids))) AS name
    FROM turns FINAL
    PREWHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
)
WHERE name != '' AND name IN {names:Array(String)}
