-- What reviewers say of whole conversations, each for themselves: whether the user was satisfied, and what else there will
-- be to judge. Keyed by who says it, so that several may judge one. `version` is when it was said, in microseconds.
CREATE TABLE IF NOT EXISTS labels
(
    project_id UInt32,
    conversation_id String CODEC(ZSTD(1)),
    kind LowCardinality(String), -- what is judged: outcome
    verdict LowCardinality(String), -- of outcome: satisfied, dissatisfied
    said_by String,
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id)))
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, conversation_id, kind, said_by)
TTL expires_at
SETTINGS index_granularity = 1024;
