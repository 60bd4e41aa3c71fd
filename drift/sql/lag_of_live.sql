-- When the oldest conversation was listened to that is past the watermark, of all projects; 0 where none is. As
-- `live_hearings.sql` looks for them.
SELECT min(version) * (count() > 0) AS oldest_us, count() AS waiting
FROM hearings
WHERE version > greatest({after_us:UInt64}, toUInt64(toUnixTimestamp64Micro(now64(6))) - 900 * 1000000)
