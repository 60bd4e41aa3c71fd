-- One page of the tasks of agents, latest first: first only which, then whole. `before_id` is the key of the last row of
-- the page before, as JSON.
WITH page AS
(
    SELECT conversation_id, turn_index, trace_id, span_id
    FROM agent_tasks FINAL
    WHERE project_id = {project_id:UInt32}
        AND start_time <= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
        AND (
            start_time < fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
            OR (conversation_id, turn_index, trace_id, span_id)
                > JSONExtract({before_id:String}, 'Tuple(String, UInt32, String, String)')
        )
        AND true /* filter */
    ORDER BY start_time DESC, conversation_id, turn_index, trace_id, span_id
    LIMIT {limit:UInt32}
)
SELECT
    conversation_id, turn_index, trace_id, span_id, request, user_id, service_name, environment, tags, models, steps,
    tools.name AS tool_name, tools.uses AS tool_uses, tools.failures AS tool_failures,
    failed, outcome, input_tokens, output_tokens, cost_usd, duration_ns,
    toUnixTimestamp64Nano(start_time) AS start_time_ns
FROM agent_tasks FINAL
PREWHERE project_id = {project_id:UInt32}
    AND (conversation_id, turn_index, trace_id, span_id) IN (SELECT * FROM page)
ORDER BY start_time DESC, conversation_id, turn_index, trace_id, span_id
