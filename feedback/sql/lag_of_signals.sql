-- When the oldest conversation was built that is past the watermark, of all projects; 0 where none is.
SELECT min(version) * (count() > 0) AS oldest_us
FROM conversations
WHERE version > {after_us:UInt64}
