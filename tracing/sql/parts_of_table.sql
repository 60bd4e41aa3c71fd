-- Parts of a table, in the order in which they were written.
SELECT name, rows, data_uncompressed_bytes AS bytes
FROM system.parts
WHERE active AND database = currentDatabase() AND table = {table:String}
ORDER BY partition_id, min_block_number
