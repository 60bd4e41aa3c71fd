-- What messages of a service shared, learnt before a moment: it is learnt again from the messages that there are.
ALTER TABLE message_templates
DELETE IN PARTITION {project_id:UInt32}
WHERE project_id = {project_id:UInt32} AND version < {until_us:Int64}
SETTINGS mutations_sync = 2
