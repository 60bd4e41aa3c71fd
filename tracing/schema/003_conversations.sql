-- One row a conversation: what lists are filtered and sorted by.
CREATE TABLE IF NOT EXISTS conversations
(
    project_id UInt32,
    conversation_id String CODEC(ZSTD(1)),
    derived Bool,
    user_id String CODEC(ZSTD(1)),
    service_name LowCardinality(String),
    environment LowCardinality(String),
    tags Array(LowCardinality(String)),
    models Array(LowCardinality(String)),
    first_message String CODEC(ZSTD(1)), -- the user's own words, at most 300 characters
    first_time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    last_time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)), -- end of the last answer
    turn_count UInt32,
    generation_count UInt32,
    trace_ids Array(String) CODEC(ZSTD(1)),
    message_ids Array(String) CODEC(ZSTD(1)),
    input_tokens Nullable(UInt64),
    output_tokens Nullable(UInt64),
    error_count UInt32, -- answers with outcome error, replaced ones included
    code_version LowCardinality(String),
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    INDEX first_time_minmax first_time TYPE minmax GRANULARITY 1,
    INDEX last_time_minmax last_time TYPE minmax GRANULARITY 1,
    INDEX version_minmax version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (project_id, conversation_id)
SETTINGS index_granularity = 1024;
