-- What the messages of one service share around the words that people typed, learnt from them; each row is one template.
CREATE TABLE IF NOT EXISTS message_templates
(
    project_id UInt32,
    service_name String,
    opening String CODEC(ZSTD(3)),
    before String CODEC(ZSTD(3)),
    after String CODEC(ZSTD(3)),
    closing String CODEC(ZSTD(3)),
    from_behind Bool,
    version UInt64,
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(fromUnixTimestamp64Micro(toInt64(version), 'UTC')) + toIntervalDay(joinGet('project_retention', 'days', project_id)))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY project_id
ORDER BY (project_id, service_name, opening, before, after, closing, from_behind)
TTL expires_at;
