-- One row a turn: the user's words, the answer that stayed, and (as parallel arrays) what came before it for the same
-- message: answers that it replaced, and calls that asked for tools on the way.
CREATE TABLE IF NOT EXISTS turns
(
    project_id UInt32,
    conversation_id String CODEC(ZSTD(1)),
    turn_index UInt32,
    user_text String CODEC(ZSTD(3)),
    sent_text String CODEC(ZSTD(3)), -- the message that the model got, where that is not just user_text
    follows Nullable(Int32), -- index of the turn that it goes on from, where that is not the one before it
    -- one element an answer; the last one stayed
    answers Nested
    (
        trace_id String,
        span_id String,
        text String,
        outcome LowCardinality(String),
        ended_by LowCardinality(String),
        start_time DateTime64(9, 'UTC'),
        duration_ns UInt64,
        time_to_first_chunk_ns Nullable(UInt64),
        model LowCardinality(String),
        error_type LowCardinality(String),
        message_id String,
        finish_reasons Array(String),
        input_tokens Nullable(UInt64),
        output_tokens Nullable(UInt64),
        cost_usd Nullable(Float64),
        generation_span_ids Array(String),
        history_hash String,
        after_tools Bool,
        continues Array(UInt64), -- keys of tracing/histories.py
        told Array(UInt64),
        follows String, -- the trace that this one goes on from, where no id was sent
        user_id String,
        service_name LowCardinality(String),
        environment LowCardinality(String),
        tags Array(String)
    ) CODEC(ZSTD(3)),
    start_time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX start_time_minmax start_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, conversation_id, turn_index)
TTL expires_at
SETTINGS index_granularity = 128;
