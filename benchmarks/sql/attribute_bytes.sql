-- Spans, and the bytes of their attributes with the keys.
SELECT
    count() AS spans,
    sum(arraySum(arrayMap((key, value) -> length(key) + length(value), mapKeys(SpanAttributes), mapValues(SpanAttributes)))) AS attribute_bytes
FROM otel_traces
