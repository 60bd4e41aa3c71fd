-- What the calls of a service are made with, each text once, the latest first.
SELECT system_instructions AS text
FROM generations FINAL
WHERE project_id = {project_id:UInt32}
    AND service_name = {service_name:String}
    AND environment = {environment:String}
    AND system_instructions != ''
GROUP BY system_instructions
ORDER BY max(start_time) DESC
LIMIT {limit:UInt32}
