-- Raw spans in the layout of the OpenTelemetry Collector's ClickHouse exporter, so that a stock Collector may
-- write here too, and what we add: the project, the watermark, retention and the types that the string maps lose.
CREATE TABLE IF NOT EXISTS otel_traces
(
    Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    TraceState String CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Duration UInt64 CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    StatusMessage String CODEC(ZSTD(1)),
    Events Nested
    (
        Timestamp DateTime64(9),
        Name LowCardinality(String),
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),
    Links Nested
    (
        TraceId String,
        SpanId String,
        TraceState String,
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),
    -- Ours. A key that is absent here is a string; else int, double, bool, bytes (base64), array or kvlist (JSON).
    SpanAttributeTypes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    ResourceAttributeTypes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    EventAttributeTypes Array(Map(LowCardinality(String), LowCardinality(String))) CODEC(ZSTD(1)),
    LinkAttributeTypes Array(Map(LowCardinality(String), LowCardinality(String))) CODEC(ZSTD(1)),
    project_id UInt32 DEFAULT toUInt32OrDefault(ResourceAttributes['tacit.project'], toUInt32(1)),
    ingested_at DateTime64(6, 'UTC') DEFAULT now64(6) CODEC(Delta, ZSTD(1)),
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(ingested_at, 'UTC') + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    INDEX ingested_at_minmax ingested_at TYPE minmax GRANULARITY 1,
    INDEX timestamp_minmax Timestamp TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ingested_at)
PARTITION BY project_id
ORDER BY (project_id, TraceId, SpanId)
TTL expires_at
-- Many small inserts come in: merging twenty parts at a time, not five, costs half the work (ADR 0024). One column after
-- another, so that no merge has buffers for all columns of twenty parts in memory.
SETTINGS index_granularity = 128, merge_selector_base = 20, vertical_merge_algorithm_min_rows_to_activate = 8192;
