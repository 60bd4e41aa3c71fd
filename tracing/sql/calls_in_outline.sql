-- The model calls of a trace by their start, without what was said in them.
SELECT span_id, other_span_ids, conversation_id, input_tokens, output_tokens, time_to_first_chunk_ns, cost_usd
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id = {trace_id:String}
ORDER BY start_time, span_id
