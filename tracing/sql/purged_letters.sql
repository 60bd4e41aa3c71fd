-- Dead letters are texts and little else: they go whole, where they came in before a moment.
ALTER TABLE dead_letters
DELETE IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32} AND ingested_at < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')
SETTINGS mutations_sync = 2
