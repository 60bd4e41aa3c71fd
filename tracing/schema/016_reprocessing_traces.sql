-- The traces that a reprocessing reads, in the order in which it does; `version` is the time at which they were listed, in
-- microseconds. Only what is being worked on stands here: see tracing/reprocessing.py.
CREATE TABLE IF NOT EXISTS reprocessing_traces
(
    project_id UInt32,
    began DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)), -- the conversation of the trace
    conversation_id String CODEC(ZSTD(1)), -- the trace's own id where no call is known of it
    trace_id String CODEC(ZSTD(1)),
    span_count UInt64 CODEC(ZSTD(1)),
    kept_until DateTime('UTC') CODEC(Delta, ZSTD(1)), -- when the last span of the conversation goes
    version UInt64 CODEC(ZSTD(1)),
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id)))
)
ENGINE = MergeTree
PARTITION BY project_id
ORDER BY (project_id, version, began, conversation_id, trace_id)
TTL expires_at
SETTINGS index_granularity = 1024;
