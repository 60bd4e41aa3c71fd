-- Some rows of a part, in their order, deleted versions included.
SELECT *
FROM {table:Identifier}
WHERE _part = {part:String} AND _part_offset >= {start:UInt64} AND _part_offset < {end:UInt64}
SETTINGS max_threads = 1
