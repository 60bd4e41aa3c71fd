-- How far each stage has come: everything ingested before `done_until` has been seen by it.
CREATE TABLE IF NOT EXISTS watermarks
(
    stage String,
    done_until DateTime64(6, 'UTC'),
    updated_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY stage;
