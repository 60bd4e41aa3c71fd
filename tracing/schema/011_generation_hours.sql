-- Model calls of an hour, counted whole each time that one of them changed; never added to.
CREATE TABLE IF NOT EXISTS generation_hours
(
    project_id UInt32,
    hour DateTime('UTC') CODEC(Delta, ZSTD(1)),
    service_name LowCardinality(String),
    environment LowCardinality(String),
    operation LowCardinality(String),
    model LowCardinality(String), -- that answered, else the one that was asked for
    generations UInt64,
    errors UInt64,
    stopped UInt64,
    input_tokens Nullable(UInt64), -- NULL: not reported by any of them
    output_tokens Nullable(UInt64),
    cost_usd Nullable(Float64),
    priced UInt64, -- calls whose cost is known
    duration_ms AggregateFunction(quantilesDD(0.01, 0.5, 0.95), Float64) CODEC(ZSTD(1)),
    first_chunk_ms AggregateFunction(quantilesDD(0.01, 0.5, 0.95), Float64) CODEC(ZSTD(1)),
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX version_minmax version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, hour, service_name, environment, operation, model)
TTL expires_at
SETTINGS index_granularity = 1024;
