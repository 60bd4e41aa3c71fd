-- Turns of some conversations in order, answers as parallel arrays named after the fields of `Answer`.
SELECT
    conversation_id,
    turn_index,
    user_text,
    sent_text,
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
    answers.history_hash AS answer_history_hash
FROM turns FINAL
PREWHERE project_id = {project_id:UInt32} AND conversation_id IN {conversation_ids:Array(String)}
ORDER BY conversation_id, turn_index
