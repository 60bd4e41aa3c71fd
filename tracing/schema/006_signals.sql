-- One row an observation; derived again, it replaces itself, and what no longer holds is marked deleted.
CREATE TABLE IF NOT EXISTS signals
(
    project_id UInt32,
    conversation_id String CODEC(ZSTD(1)),
    turn_index UInt32,
    kind LowCardinality(String),
    label LowCardinality(String),
    score Float64,
    confidence Float64,
    fired Bool,
    polarity Int8,
    target Nullable(UInt32), -- index of the turn whose answer it is about
    trace_id String CODEC(ZSTD(1)), -- of that answer
    span_id String CODEC(ZSTD(1)), -- of that answer
    evidence String CODEC(ZSTD(1)), -- JSON: reason, offsets, span_ids, numbers
    detector LowCardinality(String),
    detector_version LowCardinality(String),
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)), -- of the turn that holds the evidence
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX time_minmax time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, conversation_id, turn_index, kind, label, span_id)
TTL expires_at
SETTINGS index_granularity = 1024;
