-- What the ledger reads of the model calls of some traces, by time.
SELECT
    trace_id,
    span_id,
    toUnixTimestamp64Nano(start_time) AS time_ns,
    service_name,
    environment,
    user_id,
    conversation_id,
    system_instructions,
    prompt_name,
    prompt_version,
    prompt_variables,
    provider,
    request_model,
    response_model,
    parameters,
    tool_definitions,
    metadata
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id IN {trace_ids:Array(String)}
ORDER BY time_ns, trace_id, span_id
