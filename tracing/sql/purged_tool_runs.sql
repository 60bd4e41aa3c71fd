-- What tools of traces that lost their texts were given and gave back goes; that they ran, and how that ended, stays.
ALTER TABLE tool_runs
UPDATE
    arguments = if(arguments IN ('', '{}'), arguments, concat('"', {mark:String}, toString(lengthUTF8(arguments)), {end:String}, '"')),
    result = if(result = '', '', concat({mark:String}, toString(lengthUTF8(result)), {end:String})),
    error_message = if(
        error_message = '', '', concat({mark:String}, toString(lengthUTF8(error_message)), {end:String})
    )
IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32} AND trace_id IN (
    SELECT id FROM purge_targets WHERE project_id = {project_id:UInt32} AND kind = 'trace'
)
SETTINGS mutations_sync = 2
