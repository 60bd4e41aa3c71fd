-- Rows that the store refused for their content, whole and with the reason, until they are inserted again.
CREATE TABLE IF NOT EXISTS dead_letters
(
    project_id UInt32,
    -- A hash of table and row, so that a row which is sent again is one letter.
    letter_id String CODEC(ZSTD(1)),
    table_name LowCardinality(String) CODEC(ZSTD(1)),
    -- The row as a JSON object by column, letters beyond ASCII escaped.
    row String CODEC(ZSTD(3)),
    reason String CODEC(ZSTD(1)),
    ingested_at DateTime64(6, 'UTC') DEFAULT now64(6) CODEC(Delta, ZSTD(1)),
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(ingested_at, 'UTC') + toIntervalDay(joinGet('project_retention', 'days', project_id)))
)
ENGINE = ReplacingMergeTree(ingested_at)
PARTITION BY project_id
ORDER BY (project_id, letter_id)
TTL expires_at;
