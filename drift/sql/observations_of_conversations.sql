-- What was observed of some conversations. Their days are not known yet, so all days are looked through by an index.
SELECT
    conversation_id, day, toUnixTimestamp64Nano(time) AS time_ns, service_name, environment, prompt_version, model,
    language, metrics, counts, sums, squares, text_hash, told, code_version, version,
    toFixedString(if(length(vector) = 384, vector, ''), 384) AS packed, length(vector) = 384 AS has_vector
FROM observations FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
