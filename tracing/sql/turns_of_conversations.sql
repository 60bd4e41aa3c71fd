-- Turns of some conversations in order (of those indexes, where any are named), answers as parallel arrays named after the fields of `Answer`.
SELECT
    conversation_id,
    turn_index,
    user_text,
    sent_text,
    follows,
    answers.trace_id AS answer_trace_id,
    answers.span_id AS answer_span_id,
    answers.text AS answer_text,
    answers.outcome AS answer_outcome,
    answers.ended_by AS answer_ended_by,
    arrayMap(time -> toUnixTimestamp64Nano(time), answers.start_time) AS answer_start_time_ns,
    answers.duration_ns AS answer_duration_ns,
    answers.time_to_first_chunk_ns AS answer_time_to_first_chunk_ns,
    answers.model AS answer_model,
    answers.error_type AS answer_error_type,
    answers.message_id AS answer_message_id,
    answers.finish_reasons AS answer_finish_reasons,
    answers.input_tokens AS answer_input_tokens,
    answers.output_tokens AS answer_output_tokens,
    answers.cost_usd AS answer_cost_usd,
    answers.generation_span_ids AS answer_generation_span_ids,
    answers.history_hash AS answer_history_hash,
    answers.after_tools AS answer_after_tools,
    answers.continues AS answer_continues,
    answers.told AS answer_told,
    answers.follows AS answer_follows,
    answers.user_id AS answer_user_id,
    answers.service_name AS answer_service_name,
    answers.environment AS answer_environment,
    answers.tags AS answer_tags
FROM turns FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
    AND (empty({turn_indexes:Array(UInt32)}) OR turn_index IN {turn_indexes:Array(UInt32)})
ORDER BY conversation_id, turn_index
