-- One row an answer that an agent worked for: with tools, or with several model calls. Derived again, it replaces itself,
-- and what no longer holds is marked deleted.
CREATE TABLE IF NOT EXISTS agent_tasks
(
    project_id UInt32,
    conversation_id String CODEC(ZSTD(1)),
    turn_index UInt32,
    trace_id String CODEC(ZSTD(1)), -- of the answer
    span_id String CODEC(ZSTD(1)), -- of the answer
    request String CODEC(ZSTD(1)), -- the user's own words, at most 300 characters
    user_id String CODEC(ZSTD(1)),
    service_name LowCardinality(String),
    environment LowCardinality(String),
    tags Array(LowCardinality(String)),
    models Array(LowCardinality(String)),
    steps UInt32, -- model calls
    tools Nested -- each once, by its first use
    (
        name LowCardinality(String),
        uses UInt32,
        failures UInt32
    ),
    tool_uses UInt32,
    tool_failures UInt32,
    failed Bool, -- the answer is an error, or was made although a tool failed to the end
    outcome LowCardinality(String), -- of the answer
    input_tokens Nullable(UInt64),
    output_tokens Nullable(UInt64),
    cost_usd Nullable(Float64), -- of the calls whose cost is known
    start_time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    duration_ns UInt64, -- to the end of the answer
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX start_time_minmax start_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, conversation_id, turn_index, trace_id, span_id)
TTL expires_at
SETTINGS index_granularity = 1024;
