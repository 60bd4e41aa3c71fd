-- What agents were asked to do in traces that lost their texts.
ALTER TABLE agent_tasks
UPDATE request = concat({mark:String}, toString(lengthUTF8(request)), {end:String})
IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32} AND request != '' AND position(request, {mark:String}) = 0 AND trace_id IN (
    SELECT id FROM purge_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace'
)
SETTINGS mutations_sync = 2
