-- Of some failure modes, in which share of the failing turns which release of the app and which version of a prompt
-- answered.
WITH turn AS
(
    SELECT conversation_id, trace_id, mode
    FROM failing_turns FINAL
    WHERE project_id = {project_id:UInt32} AND mode IN {modes:Array(UInt32)}
)
SELECT
    mode,
    told.1 AS kind,
    told.2 AS name,
    uniqExact(conversation_id) / any(members) AS share
FROM turn
INNER JOIN
(
    SELECT
        trace_id,
        arrayJoin([
            ('release', JSONExtractString(metadata, 'service.version')),
            ('prompt_version', if(prompt_version = '', '',
                if(prompt_name = '', prompt_version, concat(prompt_name, ':', prompt_version))))
        ]) AS told
    FROM generations FINAL
    WHERE project_id = {project_id:UInt32} AND trace_id IN (SELECT trace_id FROM turn)
) AS called ON called.trace_id = turn.trace_id
INNER JOIN (SELECT mode, count() AS members FROM turn GROUP BY mode) AS counted ON counted.mode = turn.mode
WHERE name != ''
GROUP BY mode, kind, name
