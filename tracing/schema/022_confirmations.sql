-- What people said of signals: that one is right or wrong, or that one is missing. Keyed as `signals`, so that a signal
-- which is derived again keeps what was said of it. `version` is when it was said, in microseconds.
CREATE TABLE IF NOT EXISTS confirmations
(
    project_id UInt32,
    conversation_id String CODEC(ZSTD(1)),
    turn_index UInt32,
    kind LowCardinality(String),
    label LowCardinality(String),
    span_id String CODEC(ZSTD(1)),
    verdict LowCardinality(String), -- confirmed, rejected
    fired Bool, -- whether the signal was shown as fired then
    score Nullable(Float64), -- of the signal then; null where there was none
    said_by String CODEC(ZSTD(1)),
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    signal_hash UInt64 DEFAULT cityHash64(conversation_id, turn_index, kind, label, span_id),
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id)))
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, conversation_id, turn_index, kind, label, span_id)
TTL expires_at
SETTINGS index_granularity = 1024;
