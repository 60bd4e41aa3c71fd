-- What reviewers say of items of review queues, every version of it: nothing is overwritten, the latest counts.
-- `version` is when it was said, in microseconds.
CREATE TABLE IF NOT EXISTS reviews
(
    project_id UInt32,
    queue UInt32,
    question LowCardinality(String), -- outcome, reaction, answer, failure_mode
    conversation_id String CODEC(ZSTD(1)),
    turn_index UInt32,
    said_by String CODEC(ZSTD(1)),
    is_adjudication Bool,
    choices Array(LowCardinality(String)),
    better_answer String CODEC(ZSTD(1)),
    note String CODEC(ZSTD(1)),
    seconds Float32,
    is_informed Bool, -- whether Tacit's opinion had been shown before: it says nothing of agreement
    guidelines_version UInt32,
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id)))
)
ENGINE = ReplacingMergeTree
PARTITION BY project_id
ORDER BY (project_id, conversation_id, turn_index, queue, said_by, is_adjudication, version)
TTL expires_at
SETTINGS index_granularity = 1024;

-- What holds of an item once its reviewers are of one mind, or somebody adjudicated: what detectors, estimates, datasets
-- and failure modes learn from. `answer_turn` is the turn whose answer `better_answer` is for; `propensity` the
-- probability with which the item was chosen. `version` is when it was settled, in microseconds.
CREATE TABLE IF NOT EXISTS settled_reviews
(
    project_id UInt32,
    question LowCardinality(String),
    conversation_id String CODEC(ZSTD(1)),
    turn_index UInt32,
    queue UInt32,
    answer_turn UInt32,
    choices Array(LowCardinality(String)),
    better_answer String CODEC(ZSTD(1)),
    said_by Array(String) CODEC(ZSTD(1)),
    is_adjudicated Bool,
    reason LowCardinality(String), -- uncertain, disagreement, failure_mode, random
    propensity Float64,
    version UInt64,
    is_deleted UInt8 DEFAULT 0,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id)))
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY project_id
ORDER BY (project_id, question, conversation_id, turn_index, queue)
TTL expires_at
SETTINGS index_granularity = 1024;

-- The review queue whose verdict it is; 0: somebody pressed it beside the signal.
ALTER TABLE confirmations ADD COLUMN IF NOT EXISTS queue UInt32 DEFAULT 0;

-- The same of what was said of a whole conversation.
ALTER TABLE labels ADD COLUMN IF NOT EXISTS queue UInt32 DEFAULT 0;
