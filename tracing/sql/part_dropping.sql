-- Have the engine remove the files of rows that were replaced or deleted now: to drop a partition that is not there does.
ALTER TABLE {table:Identifier} DROP PARTITION 4294967295
