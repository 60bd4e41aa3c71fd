-- How many traces a reprocessing has to read.
SELECT count() AS traces
FROM reprocessing_traces
WHERE project_id = {project_id:UInt32} AND version = {version:UInt64}
