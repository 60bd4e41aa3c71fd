-- When the oldest estimate past the watermark was made, of all projects; 0 where none is.
SELECT min(version) * (count() > 0) AS oldest_us, count() AS waiting
FROM estimates
WHERE version > {after_us:UInt64}
