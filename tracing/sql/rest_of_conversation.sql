-- What a conversation's row says of the turns that are not among some indexes.
SELECT
    argMin(told.user_text, told.turn_index) AS first_message,
    toUnixTimestamp64Nano(min(told.start_time)) AS first_time,
    max(arrayMax((time, duration) -> toUnixTimestamp64Nano(time) + toInt64(duration),
        told.answers.start_time, told.answers.duration_ns)) AS last_time,
    count() AS turn_count,
    sum(length(arrayFlatten(told.answers.generation_span_ids))) AS generation_count,
    arraySort(groupUniqArrayArray(arrayFilter(model -> model != '', told.answers.model))) AS models,
    arraySort(groupUniqArrayArray(told.answers.outcome)) AS outcomes,
    arraySort(groupUniqArrayArray(arrayFlatten(told.answers.tags))) AS tags,
    max(arrayMax(told.answers.duration_ns)) AS longest_ns,
    sum(countEqual(told.answers.outcome, 'error')) AS error_count,
    if(sum(arrayCount(n -> isNotNull(n), told.answers.input_tokens)) = 0, NULL,
        sum(arraySum(n -> ifNull(n, 0), told.answers.input_tokens))) AS input_tokens,
    if(sum(arrayCount(n -> isNotNull(n), told.answers.output_tokens)) = 0, NULL,
        sum(arraySum(n -> ifNull(n, 0), told.answers.output_tokens))) AS output_tokens,
    if(sum(arrayCount(n -> isNotNull(n), told.answers.cost_usd)) = 0, NULL,
        toFloat64(sum(arraySum(n -> toDecimal128(ifNull(n, 0), 12), told.answers.cost_usd)))) AS cost_usd,
    argMinIf(arrayFirst(user -> user != '', told.answers.user_id), told.turn_index,
        arrayExists(user -> user != '', told.answers.user_id)) AS user_id,
    argMin(told.answers.service_name[1], told.turn_index) AS service_name,
    argMin(told.answers.environment[1], told.turn_index) AS environment,
    (
        SELECT groupArrayArray(words) FROM conversations FINAL
        PREWHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
    ) AS words
FROM turns AS told FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id = {conversation_id:String}
WHERE NOT has({turn_indexes:Array(UInt32)}, told.turn_index)
