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
    INDEX time_minmax time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (project_id, conversation_id, turn_index, kind, label, span_id)
SETTINGS index_granularity = 1024;
