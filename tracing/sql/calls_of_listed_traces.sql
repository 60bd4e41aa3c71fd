-- What the model calls of some traces say together, one row a trace that has any.
SELECT
    trace_id,
    count() AS calls,
    arraySort(groupUniqArrayIf(if(response_model = '', request_model, response_model), response_model != '' OR request_model != '')) AS models,
    argMin(environment, start_time) AS environment,
    arraySort(groupUniqArray(outcome)) AS outcomes,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens,
    sum(cost_usd) AS cost_usd,
    argMin(conversation_id, (conversation_id = '', start_time)) AS conversation_id,
    argMin(user_id, (user_id = '', start_time)) AS user_id,
    argMin(substringUTF8(user_text, 1, 200), (user_text = '', start_time)) AS asked -- the user's own words
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id IN {trace_ids:Array(String)}
GROUP BY trace_id
