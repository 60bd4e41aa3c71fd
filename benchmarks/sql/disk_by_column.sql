-- Bytes on disk of the largest columns.
SELECT table, column, sum(column_data_compressed_bytes) AS bytes
FROM system.parts_columns
WHERE active AND database = currentDatabase()
GROUP BY table, column
ORDER BY bytes DESC
LIMIT 40
