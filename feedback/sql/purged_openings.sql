-- Digests of the words with which conversations opened whose texts go.
ALTER TABLE openings
DELETE IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32} AND conversation_id IN (
    SELECT id FROM purge_targets WHERE project_id = {project_id:UInt32} AND kind = 'turn'
)
SETTINGS mutations_sync = 2
