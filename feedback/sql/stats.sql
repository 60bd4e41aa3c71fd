-- How much there is of everything in a project. Model calls are taken from the hours that are counted, but for those that
-- changed since (the stage `rollups` looks back 30 s, and so does this): they are counted here.
WITH stale AS
(
    SELECT DISTINCT hour
    FROM generations_by_time
    WHERE project_id = {project_id:UInt32}
        AND version > (
            SELECT greatest(0, toUnixTimestamp64Micro(max(done_until)) - 30000000)
            FROM watermarks FINAL
            WHERE stage = 'rollups'
        )
)
SELECT
    (SELECT count() FROM otel_traces FINAL WHERE project_id = {project_id:UInt32}) AS spans,
    (
        SELECT sum(generations)
        FROM
        (
            SELECT sum(generations) AS generations
            FROM generation_hours FINAL
            WHERE project_id = {project_id:UInt32} AND hour NOT IN stale
            UNION ALL
            SELECT count() AS generations
            FROM generations_by_time FINAL
            WHERE project_id = {project_id:UInt32} AND hour IN stale
        )
    ) AS generations,
    (SELECT count() FROM conversations FINAL WHERE project_id = {project_id:UInt32}) AS conversations,
    (SELECT count() FROM signals FINAL WHERE project_id = {project_id:UInt32}) AS signals
