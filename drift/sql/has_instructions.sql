-- Whether calls of a service and environment in a time came with system instructions or a named prompt: of some of them.
SELECT count() > 0 AS has_instructions
FROM generations
WHERE project_id = {project_id:UInt32} AND (trace_id, span_id) IN
(
    SELECT trace_id, span_id
    FROM generations_by_time
    WHERE project_id = {project_id:UInt32} AND hour >= {since:Date} AND hour < {until:Date}
        AND service_name = {service_name:String} AND environment = {environment:String}
    LIMIT 100
)
AND (system_instructions != '' OR prompt_version != '')
