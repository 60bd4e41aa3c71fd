-- The model calls that are known of some traces, and the conversations that they are in.
SELECT trace_id, span_id, conversation_id
FROM generations FINAL
WHERE project_id = {project_id:UInt32} AND trace_id IN {trace_ids:Array(String)}
