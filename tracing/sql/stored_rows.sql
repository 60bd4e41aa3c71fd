-- Every table, with how many rows are stored in it: also those that a later version of the same replaces.
SELECT name, engine, ifNull(total_rows, 0) AS rows
FROM system.tables
WHERE database = currentDatabase() AND engine != 'MaterializedView'
ORDER BY name
