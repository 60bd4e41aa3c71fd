-- One row a conversation: what lists are filtered and sorted by.
CREATE TABLE IF NOT EXISTS conversations
(
    project_id UInt32,
    conversation_id String CODEC(ZSTD(1)),
    derived Bool, -- no id was sent: found by matching histories
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
    input_tokens Nullable(UInt64),
    output_tokens Nullable(UInt64),
    cost_usd Nullable(Float64), -- of the calls whose cost is known
    longest_ns UInt64, -- the longest that an answer took
    outcomes Array(LowCardinality(String)), -- of the answers
    words Array(String) CODEC(ZSTD(3)), -- of the first 200 turns' messages and answers, as tracing/words.py splits them
    error_count UInt32, -- answers with outcome error, replaced ones included
    code_version LowCardinality(String),
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX first_time_minmax first_time TYPE minmax GRANULARITY 1,
    INDEX last_time_minmax last_time TYPE minmax GRANULARITY 1,
    INDEX version_minmax version TYPE minmax GRANULARITY 1,
    INDEX words_text words TYPE text(tokenizer = 'array')
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, conversation_id)
TTL expires_at
-- Long conversations have many words: what is read of a few of them is not to be that of 256 for each.
SETTINGS index_granularity = 256, index_granularity_bytes = 1048576;
