-- The templates that are known of the services of a project.
SELECT service_name, opening, before, after, closing, from_behind
FROM message_templates FINAL
WHERE project_id = {project_id:UInt32}
