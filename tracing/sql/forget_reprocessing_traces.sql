-- Forget what a project's reprocessings had to read.
DELETE FROM reprocessing_traces
WHERE project_id = {project_id:UInt32}
