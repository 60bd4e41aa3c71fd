SELECT count() AS spans FROM otel_traces WHERE Timestamp > now() - INTERVAL 1 MINUTE
