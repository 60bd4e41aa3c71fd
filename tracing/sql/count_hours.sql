-- Count some hours anew. What was counted before takes part with no calls, so that what is no longer there is deleted.
INSERT INTO generation_hours
(
    project_id, hour, service_name, environment, operation, model, generations, errors, stopped,
    input_tokens, output_tokens, cost_usd, priced, duration_ms, first_chunk_ms, token_ms, answered_by, version,
    is_deleted
)
SELECT
    {project_id:UInt32} AS project_id,
    hour,
    service_name,
    environment,
    operation,
    model,
    countIf(is_call) AS generations,
    countIf(outcome = 'error') AS errors,
    countIf(outcome = 'stopped') AS stopped,
    sum(input_tokens),
    sum(output_tokens),
    toFloat64(sum(toDecimal128(cost_usd, 12))), -- exact, so that no order of adding shows
    countIf(is_call AND cost_usd IS NOT NULL) AS priced,
    quantilesDDStateIf(0.01, 0.5, 0.95)(duration_ns / 1e6, is_call),
    quantilesDDStateIf(0.01, 0.5, 0.95)(ifNull(time_to_first_chunk_ns, 0) / 1e6, time_to_first_chunk_ns IS NOT NULL),
    quantilesDDStateIf(0.01, 0.5, 0.95)(ifNull(token_ns, 0) / 1e6, token_ns IS NOT NULL),
    sumMapIf(map(toUInt16(ceil(log(greatest(duration_ns / 1e6, 1)) / log(1.02))), toUInt64(1)), is_call AND outcome != 'error'),
    {version:UInt64} AS version,
    generations = 0 AS is_deleted
FROM
(
    SELECT
        hour, service_name, environment, operation, if(response_model = '', request_model, response_model) AS model,
        true AS is_call, outcome, input_tokens, output_tokens, cost_usd, duration_ns, time_to_first_chunk_ns,
        -- after the first part came, per token that followed the first
        if(output_tokens > 1 AND duration_ns > time_to_first_chunk_ns,
            (duration_ns - time_to_first_chunk_ns) / (output_tokens - 1), NULL) AS token_ns
    FROM generations_by_time FINAL
    WHERE project_id = {project_id:UInt32} AND hour IN (SELECT toDateTime(arrayJoin({hours:Array(UInt32)}), 'UTC'))
    UNION ALL
    SELECT hour, service_name, environment, operation, model, false, '', NULL, NULL, NULL, 0, NULL, NULL
    FROM generation_hours FINAL
    WHERE project_id = {project_id:UInt32} AND hour IN (SELECT toDateTime(arrayJoin({hours:Array(UInt32)}), 'UTC'))
)
GROUP BY hour, service_name, environment, operation, model
