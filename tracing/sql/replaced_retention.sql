-- For how many days the rows of all projects are kept, by kind, in the place of what was told before; told to all servers.
CREATE OR REPLACE TABLE kept_days
ENGINE = Join(ANY, LEFT, project_id)
SETTINGS join_any_take_last_row = 1
AS SELECT
    row.1 AS project_id, row.2 AS raw, row.3 AS conversations, row.4 AS signals, row.5 AS feedback, row.6 AS dead_letters
FROM
(
    SELECT arrayJoin(arrayZip(
        {project_id:Array(UInt32)}, {raw:Array(UInt32)}, {conversations:Array(UInt32)}, {signals:Array(UInt32)},
        {feedback:Array(UInt32)}, {dead_letters:Array(UInt32)}
    )) AS row
)
