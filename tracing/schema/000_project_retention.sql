-- How many days the rows of a project are kept; without a row, for ever. Tables take `expires_at` from it on insert, so
-- that what a Collector writes is kept as long as what we write. Set by `tracing/retention.py`.
CREATE TABLE IF NOT EXISTS project_retention
(
    project_id UInt32,
    days UInt32
)
ENGINE = Join(ANY, LEFT, project_id)
SETTINGS join_any_take_last_row = 1;
