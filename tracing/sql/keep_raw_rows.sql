-- Rows of one table as they came in expire so many days after they did; 0: never.
ALTER TABLE {table:Identifier}
UPDATE expires_at = if({days:UInt32} = 0,
    toDateTime('2106-01-01 00:00:00', 'UTC'),
    toDateTime(ingested_at, 'UTC') + toIntervalDay({days:UInt32}))
WHERE project_id = {project_id:UInt32}
SETTINGS mutations_sync = 2
