-- One row a model call, made by the convention readers; `version` is the time of derivation in microseconds.
CREATE TABLE IF NOT EXISTS generations
(
    project_id UInt32,
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    other_span_ids Array(String) CODEC(ZSTD(1)),
    parent_span_id String CODEC(ZSTD(1)),
    conversation_id String CODEC(ZSTD(1)),
    conversation_id_derived Bool,
    user_id String CODEC(ZSTD(1)),
    message_id String CODEC(ZSTD(1)),
    response_id String CODEC(ZSTD(1)),
    previous_response_id String CODEC(ZSTD(1)),
    provider LowCardinality(String),
    operation LowCardinality(String),
    request_model LowCardinality(String),
    response_model LowCardinality(String),
    system_instructions String CODEC(ZSTD(3)),
    input_messages String CODEC(ZSTD(3)), -- JSON array of messages
    output_messages String CODEC(ZSTD(3)), -- JSON array of messages
    user_text String CODEC(ZSTD(3)),
    tool_definitions String CODEC(ZSTD(3)), -- JSON array
    parameters String CODEC(ZSTD(1)), -- JSON object
    prompt_name LowCardinality(String),
    prompt_version LowCardinality(String),
    prompt_variables String CODEC(ZSTD(3)), -- JSON object
    input_tokens Nullable(UInt64),
    output_tokens Nullable(UInt64),
    cache_read_tokens Nullable(UInt64),
    cache_write_tokens Nullable(UInt64),
    reasoning_tokens Nullable(UInt64),
    cache_write_1h_tokens Nullable(UInt64),
    audio_input_tokens Nullable(UInt64),
    audio_output_tokens Nullable(UInt64),
    cost_usd Nullable(Float64),
    cost_reported Bool,
    start_time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    duration_ns UInt64,
    time_to_first_chunk_ns Nullable(UInt64),
    logprob_mean Nullable(Float64),
    logprob_min Nullable(Float64),
    logprob_entropy Nullable(Float64),
    streamed Bool,
    outcome LowCardinality(String),
    ended_by LowCardinality(String),
    finish_reasons Array(LowCardinality(String)),
    error_type LowCardinality(String),
    error_message String CODEC(ZSTD(1)),
    convention LowCardinality(String),
    service_name LowCardinality(String),
    environment LowCardinality(String),
    tags Array(LowCardinality(String)),
    metadata String CODEC(ZSTD(1)), -- JSON object
    code_version LowCardinality(String),
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX start_time_minmax start_time TYPE minmax GRANULARITY 1,
    INDEX conversation_bloom conversation_id TYPE bloom_filter GRANULARITY 1,
    INDEX response_bloom response_id TYPE bloom_filter GRANULARITY 1,
    INDEX version_minmax version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, trace_id, span_id)
TTL expires_at
-- A page reads single calls from all over the table: narrow columns are not to be unpacked 64 kB at a time for each.
SETTINGS index_granularity = 128, min_compress_block_size = 8192;
