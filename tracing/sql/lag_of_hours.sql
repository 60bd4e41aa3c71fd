-- When the oldest model call was read that is past the watermark, of all projects; 0 where none is.
SELECT min(version) * (count() > 0) AS oldest_us, count() AS waiting
FROM generations_by_time
WHERE version > {after_us:UInt64}
