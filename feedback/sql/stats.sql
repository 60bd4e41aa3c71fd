-- How much there is of everything in a project.
SELECT
    (SELECT count() FROM otel_traces FINAL WHERE project_id = {project_id:UInt32}) AS spans,
    (SELECT count() FROM generations FINAL WHERE project_id = {project_id:UInt32}) AS generations,
    (SELECT count() FROM conversations FINAL WHERE project_id = {project_id:UInt32}) AS conversations,
    (SELECT count() FROM signals FINAL WHERE project_id = {project_id:UInt32}) AS signals
