-- Of the calls of an hour also how long a token takes after the first, and how many calls were answered within which
-- time: by steps of 2 %, as `tracing/records/speed.py` reads them; those that failed are in none. All hours are counted anew.
ALTER TABLE generation_hours ADD COLUMN IF NOT EXISTS
    token_ms AggregateFunction(quantilesDD(0.01, 0.5, 0.95), Float64) CODEC(ZSTD(1)) AFTER first_chunk_ms;
ALTER TABLE generation_hours ADD COLUMN IF NOT EXISTS
    answered_by Map(UInt16, UInt64) CODEC(ZSTD(1)) AFTER token_ms;
INSERT INTO watermarks (stage, done_until)
SELECT 'rollups', toDateTime64(0, 6, 'UTC') FROM (SELECT 1 FROM generation_hours LIMIT 1);
