-- One row a conversation that failed: the turn in which it did so most, by which signals, and the number of the failure
-- mode that it belongs to, 0 for none yet. `vector` is what was asked, answered and said next, as feedback/failures/
-- records.py packs it. The stage `failures` alone writes here, or who holds it.
CREATE TABLE IF NOT EXISTS failing_turns
(
    project_id UInt32,
    conversation_id String CODEC(ZSTD(1)),
    turn_index UInt32, -- of the answer that failed
    family LowCardinality(String), -- of signals, as feedback/failures/turns.py has them
    signals Array(LowCardinality(String)), -- kind, or kind/label, the strongest first
    user_id String CODEC(ZSTD(1)),
    trace_id String CODEC(ZSTD(1)), -- of the answer that failed
    span_id String CODEC(ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)), -- of the turn
    cost_usd Nullable(Float64), -- of the conversation
    vector String CODEC(NONE),
    mode UInt32 DEFAULT 0,
    texts_hash UInt64, -- of the texts that `vector` was made of
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX time_minmax time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, conversation_id)
TTL expires_at
SETTINGS index_granularity = 1024;
ALTER TABLE estimates ADD INDEX IF NOT EXISTS version_minmax version TYPE minmax GRANULARITY 1;
