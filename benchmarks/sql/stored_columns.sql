-- Columns of a table that an insert may name, and their types.
SELECT name, type
FROM system.columns
WHERE database = currentDatabase() AND table = {table:String} AND default_kind IN ('', 'DEFAULT')
ORDER BY position
