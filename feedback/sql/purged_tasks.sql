-- What agents were asked to do in traces that lost their texts.
ALTER TABLE agent_tasks
UPDATE request = concat({mark:String}, toString(lengthUTF8(request)), {end:String})
IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32} AND request != '' AND position(request, {mark:String}) = 0 AND trace_id IN (
    SELECT TraceId FROM otel_traces
    WHERE project_id = {project_id:UInt32}
        AND ingested_at >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC') AND ingested_at < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')
)
SETTINGS mutations_sync = 2
