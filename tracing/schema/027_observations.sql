-- One row a conversation that people led: what each detector of drift measured of it, as parallel arrays by the names of
-- their metrics (a conversation is one count, or none), where it belongs, and what its first message means as bytes of
-- -127 to 127 (drift/observing/records.py). The stage `observations` alone writes here. A conversation that moves to
-- another day leaves a deleted row in the old one.
CREATE TABLE IF NOT EXISTS observations
(
    project_id UInt32,
    day Date, -- UTC, on which it began
    conversation_id String CODEC(ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)), -- when it began
    service_name LowCardinality(String),
    environment LowCardinality(String),
    prompt_version LowCardinality(String), -- of its first call
    model LowCardinality(String), -- that its first call asked for
    language LowCardinality(String), -- of what the user wrote, empty where that is not sure
    metrics Array(LowCardinality(String)),
    counts Array(Float32),
    sums Array(Float64),
    squares Array(Float64),
    vector String CODEC(NONE), -- 384 bytes, or nothing where nothing was said
    text_hash UInt64, -- of the message that `vector` was made of
    told UInt64, -- digest of what its estimate rests on: the same says nothing new
    code_version LowCardinality(String),
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX conversation_bloom conversation_id TYPE bloom_filter GRANULARITY 1,
    INDEX version_minmax version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, day, conversation_id)
TTL expires_at
SETTINGS index_granularity = 1024;
