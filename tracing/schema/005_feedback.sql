-- What people said on purpose and did with an answer. Targets stay as they were sent; they are resolved on reading. Of
-- one identifier holds what was told last; a row that is deleted says what feedback that is gone was about.
CREATE TABLE IF NOT EXISTS feedback
(
    project_id UInt32,
    identifier String CODEC(ZSTD(1)),
    name LowCardinality(String),
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    score Nullable(Float64),
    label LowCardinality(String),
    explanation String CODEC(ZSTD(1)),
    correction String CODEC(ZSTD(1)),
    annotator_kind LowCardinality(String),
    metadata String CODEC(ZSTD(1)), -- JSON object
    conversation_id String CODEC(ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    message_id String CODEC(ZSTD(1)),
    told_at DateTime64(6, 'UTC') DEFAULT now64(6) CODEC(Delta, ZSTD(1)),
    version UInt64 DEFAULT toUInt64(toUnixTimestamp64Micro(told_at)), -- when the row was written, in microseconds
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX version_minmax version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(told_at, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, identifier)
TTL expires_at
SETTINGS index_granularity = 1024;
