-- Keys by which traces without a conversation id find what they go on from: those that were told, and those that wait
-- for one that told them. `tracing/histories.py` makes them.
CREATE TABLE IF NOT EXISTS conversation_links
(
    project_id UInt32,
    key UInt64,
    told Bool, -- else: goes on from it
    trace_id String CODEC(ZSTD(1)),
    start_time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)), -- of the exchange
    version UInt64 CODEC(Delta, ZSTD(1)),
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id)))
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, key, told, trace_id)
TTL expires_at
SETTINGS index_granularity = 128;
