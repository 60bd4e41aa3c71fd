-- Bytes of all active parts of the raw spans, indexes and marks included.
SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table = 'otel_traces'
