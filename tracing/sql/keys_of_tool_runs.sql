-- The runs of tools that are known of some traces.
SELECT trace_id, span_id
FROM tool_runs FINAL
PREWHERE project_id = {project_id:UInt32} AND trace_id IN {trace_ids:Array(String)}
