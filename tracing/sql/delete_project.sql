-- Everything of a project in one table, gone when the statement returns: a project is a partition.
ALTER TABLE {table:Identifier}
DROP PARTITION {project_id:UInt32}
