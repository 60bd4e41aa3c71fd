-- Bytes on disk of all active parts by table: rows, and what finds them (indexes, primary keys and marks).
SELECT
    table,
    sum(data_compressed_bytes) AS data_bytes,
    sum(bytes_on_disk - data_compressed_bytes) AS index_bytes
FROM system.parts
WHERE active AND database = currentDatabase()
GROUP BY table
ORDER BY table
