-- Every decision whether to ask a user what they think, asked or not, with the probability with which it was taken: what
-- was answered is weighed by it. Keyed by whom caps count, so that a cap is read in one place. Of one id the first holds
-- in a process; copies of it say the same. `version` is when it was taken, in microseconds.
CREATE TABLE IF NOT EXISTS asks
(
    project_id UInt32,
    person String CODEC(ZSTD(1)), -- user:…, conversation:… or message:…
    ask_id String CODEC(ZSTD(1)),
    turn String CODEC(ZSTD(1)), -- the message, or of a conversation without one how many turns were known
    user_id String CODEC(ZSTD(1)),
    conversation_id String CODEC(ZSTD(1)),
    message_id String CODEC(ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    asked Bool,
    propensity Float64,
    reason LowCardinality(String), -- uncertain, model_unsure, chance, budget, capped
    probability Float64, -- P(dissatisfied) as it was estimated then, and its interval
    low Float64,
    high Float64,
    version UInt64,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX time_minmax time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY project_id
ORDER BY (project_id, person, ask_id)
TTL expires_at
SETTINGS index_granularity = 1024;
