-- One row a run of a tool, made from the span that tells of it; `version` is the time of derivation in microseconds.
CREATE TABLE IF NOT EXISTS tool_runs
(
    project_id UInt32,
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    parent_span_id String CODEC(ZSTD(1)),
    name LowCardinality(String),
    call_id String CODEC(ZSTD(1)), -- under which the model asked for it
    arguments String CODEC(ZSTD(3)),
    result String CODEC(ZSTD(3)),
    outcome LowCardinality(String), -- completed, error
    error_type LowCardinality(String),
    error_message String CODEC(ZSTD(1)),
    start_time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    duration_ns UInt64,
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id)))
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, trace_id, span_id)
TTL expires_at
SETTINGS index_granularity = 1024;
