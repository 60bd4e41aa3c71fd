SELECT toUnixTimestamp64Micro(now64(6)) / 1e6 AS seconds
