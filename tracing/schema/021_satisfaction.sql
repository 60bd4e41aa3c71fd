-- One row a conversation that people led: how likely it is that its user was dissatisfied, with an interval of 90 %, and
-- what speaks for it, in log odds that add up; and what a decision whether to ask needs, so that it reads one row.
-- `basis` is a digest of the model and of what it learnt from the project. `told_versions` has what was looked at source
-- by source, each with the version of its latest row: the hearing, what people said (of signals and of the conversation),
-- who was asked; one maximum of all would hide a row that is written late.
CREATE TABLE IF NOT EXISTS estimates
(
    project_id UInt32,
    conversation_id String CODEC(ZSTD(1)),
    probability Float64,
    low Float64,
    high Float64,
    high_unpraised Float64 DEFAULT high, -- of the interval, had nothing spoken for the user
    turn_count UInt32 DEFAULT 1,
    is_model_unsure Bool DEFAULT false, -- of its last answer
    reasons Nested -- the strongest first
    (
        name LowCardinality(String),
        log_odds Float32
    ),
    is_fitted Bool, -- with feedback of the project's own users
    basis LowCardinality(String),
    told_version UInt64, -- of the latest of what it is estimated from
    told_versions Array(UInt64) DEFAULT [told_version, told_version, told_version], -- hearing, what people said, asks
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX told_minmax told_version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, conversation_id)
TTL expires_at
SETTINGS index_granularity = 1024;
ALTER TABLE hearings ADD INDEX IF NOT EXISTS version_minmax version TYPE minmax GRANULARITY 1;
