-- What conversations say of themselves and of their turns.
SELECT
    conversation_id, derived, user_id, service_name, environment, tags, models, first_message, turn_count,
    generation_count, input_tokens, output_tokens, cost_usd,
    toUnixTimestamp64Nano(first_time) AS first_time_ns,
    toUnixTimestamp64Nano(last_time) AS last_time_ns
FROM conversations FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
