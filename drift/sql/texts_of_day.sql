-- What the first messages of a day's conversations mean, and how long their answers are, from a conversation on: as many
-- as fit into memory at once.
SELECT
    conversation_id, service_name, environment, prompt_version, model,
    toFixedString(vector, 384) AS packed,
    has(metrics, 'output_length') AS has_answer,
    sums[indexOf(metrics, 'output_length')] AS answer_length
FROM observations FINAL
PREWHERE project_id = {project_id:UInt32} AND day = {day:Date} AND conversation_id > {after:String}
WHERE length(vector) = 384
ORDER BY conversation_id
LIMIT {limit:UInt32}
