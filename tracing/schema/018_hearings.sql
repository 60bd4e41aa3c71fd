-- One row a conversation that was listened to: by which detectors, versions and settings, as a digest of them; and whether
-- a machine led it: which kind ('' is people), how sure that is (0 to 1) and why.
CREATE TABLE IF NOT EXISTS hearings
(
    project_id UInt32,
    conversation_id String CODEC(ZSTD(1)),
    basis LowCardinality(String),
    machine LowCardinality(String) DEFAULT '',
    machine_score Float32 DEFAULT 0,
    machine_reason String DEFAULT '' CODEC(ZSTD(1)),
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id)))
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, conversation_id)
TTL expires_at;
