-- Everything of a project in one table, gone when the statement returns.
ALTER TABLE {table:Identifier}
DELETE WHERE project_id = {project_id:UInt32}
SETTINGS mutations_sync = 2
