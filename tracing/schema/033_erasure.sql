-- What is erased: while an erasure runs, the ids that it is about. They are named here, and not in the statements that
-- delete, which the engine keeps in files of its own. Emptied when it is done; see tracing/erasing/.
CREATE TABLE IF NOT EXISTS erasure_targets
(
    project_id UInt32,
    kind LowCardinality(String), -- user, conversation, trace, kept, turn, message, letter, template, hour, day, mode
    id String CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY project_id
ORDER BY (project_id, kind, id);

-- Keyed digests of traces that were erased: what is sent of them again goes again.
CREATE TABLE IF NOT EXISTS erased_traces
(
    project_id UInt32,
    digest UInt64
)
ENGINE = ReplacingMergeTree
PARTITION BY project_id
ORDER BY (project_id, digest);

-- How many days each kind of a project's rows is kept, in the place of `project_retention`, which knew one number for all;
-- without a row, for ever. `tracing/retention.py` sets it, and says which table holds which kind.
CREATE TABLE IF NOT EXISTS kept_days
(
    project_id UInt32,
    raw UInt32,
    conversations UInt32,
    signals UInt32,
    feedback UInt32,
    dead_letters UInt32
)
ENGINE = Join(ANY, LEFT, project_id)
SETTINGS join_any_take_last_row = 1;

INSERT INTO kept_days SELECT project_id, days, days, days, days, days FROM project_retention;

ALTER TABLE otel_traces MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'raw', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(ingested_at, 'UTC') + toIntervalDay(joinGet('kept_days', 'raw', project_id)));

ALTER TABLE otel_logs MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'raw', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(ingested_at, 'UTC') + toIntervalDay(joinGet('kept_days', 'raw', project_id)));

ALTER TABLE generations MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'conversations', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'conversations', project_id)));

ALTER TABLE generations_by_time MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'conversations', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'conversations', project_id)));

ALTER TABLE tool_runs MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'conversations', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'conversations', project_id)));

ALTER TABLE conversations MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'conversations', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'conversations', project_id)));

ALTER TABLE turns MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'conversations', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'conversations', project_id)));

ALTER TABLE conversation_links MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'conversations', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'conversations', project_id)));

ALTER TABLE openings MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'conversations', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'conversations', project_id)));

ALTER TABLE agent_tasks MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'conversations', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'conversations', project_id)));

ALTER TABLE reprocessing_traces MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'conversations', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'conversations', project_id)));

ALTER TABLE message_templates MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'conversations', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'conversations', project_id)));

ALTER TABLE signals MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'signals', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'signals', project_id)));

ALTER TABLE hearings MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'signals', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'signals', project_id)));

ALTER TABLE estimates MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'signals', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'signals', project_id)));

ALTER TABLE failing_turns MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'signals', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'signals', project_id)));

ALTER TABLE observations MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'signals', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'signals', project_id)));

ALTER TABLE drift_days MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'signals', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'signals', project_id)));

ALTER TABLE generation_hours MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'signals', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'signals', project_id)));

ALTER TABLE feedback MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'feedback', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'feedback', project_id)));

ALTER TABLE confirmations MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'feedback', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'feedback', project_id)));

ALTER TABLE labels MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'feedback', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'feedback', project_id)));

ALTER TABLE reviews MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'feedback', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'feedback', project_id)));

ALTER TABLE settled_reviews MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'feedback', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'feedback', project_id)));

ALTER TABLE asks MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'feedback', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('kept_days', 'feedback', project_id)));

ALTER TABLE dead_letters MODIFY COLUMN expires_at DateTime('UTC') DEFAULT if(joinGet('kept_days', 'dead_letters', project_id) = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(ingested_at, 'UTC') + toIntervalDay(joinGet('kept_days', 'dead_letters', project_id)));
