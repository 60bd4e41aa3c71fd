-- One row a day and segment: what detectors of drift watch, summed over its conversations; counted whole each time that
-- one of them changed, never added to. `topics` are those of the project's model of topics of that version.
CREATE TABLE IF NOT EXISTS drift_days
(
    project_id UInt32,
    day Date,
    service_name LowCardinality(String),
    environment LowCardinality(String),
    prompt_version LowCardinality(String),
    model LowCardinality(String),
    conversations UInt32,
    metrics Array(LowCardinality(String)), -- in order of the name
    counts Array(Float64),
    sums Array(Float64),
    squares Array(Float64),
    topic_counts Array(Float64), -- conversations by topic
    answer_counts Array(Float64), -- by topic: those with an answer, and of the logarithm of its length sum and squares
    answer_sums Array(Float64),
    answer_squares Array(Float64),
    texts Float64, -- conversations that have a vector
    features Array(Float64) CODEC(ZSTD(1)), -- sums of random features of their vectors (drift/detection/distances.py)
    topics_version UInt64,
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX version_minmax version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, day, service_name, environment, prompt_version, model)
TTL expires_at
SETTINGS index_granularity = 1024;
