-- How far a stage has come.
SELECT toUnixTimestamp64Micro(done_until) AS done_until_us
FROM watermarks FINAL
WHERE stage = {stage:String}
