-- Hours whose generations changed, were added or went away: what the stage `rollups` has to count again.
CREATE TABLE IF NOT EXISTS touched_hours
(
    project_id UInt32,
    hour DateTime('UTC'),
    version UInt64,
    INDEX version_minmax version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY project_id
ORDER BY (project_id, hour)
SETTINGS index_granularity = 1024;
