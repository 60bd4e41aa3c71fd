-- The version of its prompt and the model that was asked, of each of these calls (parallel lists).
SELECT trace_id, span_id, prompt_version, request_model
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id IN {trace_ids:Array(String)}
WHERE (trace_id, span_id) IN (SELECT arrayJoin(arrayZip({trace_ids:Array(String)}, {span_ids:Array(String)})))
