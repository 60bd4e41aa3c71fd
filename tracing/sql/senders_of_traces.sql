-- Who made the model calls of some traces, and what ran them.
SELECT trace_id, span_id, user_id, service_name, environment, tags
FROM generations FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id IN {trace_ids:Array(String)}
