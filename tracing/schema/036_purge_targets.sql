-- Whose texts go: while a pass over a project runs, its traces, and the turns with an answer of one of them. They are
-- written down first, because servers of a cluster take no query within a query in a statement that changes rows. Emptied
-- when the pass is done; see feedback/purging.py.
CREATE TABLE IF NOT EXISTS purge_targets
(
    project_id UInt32,
    kind LowCardinality(String), -- trace, turn
    id String CODEC(ZSTD(1)), -- of the trace, or of the turn's conversation
    turn_index UInt32
)
ENGINE = ReplacingMergeTree
PARTITION BY project_id
ORDER BY (project_id, kind, id, turn_index)
