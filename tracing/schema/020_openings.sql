-- With which words conversations open, numbers apart, as a digest: what is asked again and again is found by it, whoever
-- asks. Filled from `conversations`; a conversation that is gone, or opens otherwise since, may still be counted here.
CREATE TABLE IF NOT EXISTS openings
(
    project_id UInt32,
    opening UInt64, -- as feedback/traffic.py makes it
    conversation_id String CODEC(ZSTD(1)),
    service_name LowCardinality(String),
    user_id String CODEC(ZSTD(1)),
    first_time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id)))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY project_id
ORDER BY (project_id, opening, conversation_id)
TTL expires_at
SETTINGS index_granularity = 64;

CREATE MATERIALIZED VIEW IF NOT EXISTS openings_of_conversations TO openings
AS SELECT
    project_id,
    reinterpretAsUInt64(substring(MD5(replaceRegexpAll(lower(trimBoth(first_message)), '[0-9]+', '0')), 1, 8)) AS opening,
    conversation_id,
    service_name,
    user_id,
    first_time,
    version,
    expires_at
FROM conversations
WHERE is_deleted = 0 AND first_message != '';
