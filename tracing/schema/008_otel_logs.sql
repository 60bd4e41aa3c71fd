-- Raw log records in the layout of the OpenTelemetry Collector's ClickHouse exporter, so that a stock Collector may
-- write here too, and what we add: the project, the watermark, retention, the types that strings lose, an identity.
CREATE TABLE IF NOT EXISTS otel_logs
(
    Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)), -- 1970 where the sender set none
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    TraceFlags UInt8,
    SeverityText LowCardinality(String) CODEC(ZSTD(1)),
    SeverityNumber UInt8,
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    Body String CODEC(ZSTD(3)),
    ResourceSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion LowCardinality(String) CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    LogAttributes Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    EventName String CODEC(ZSTD(1)),
    -- Ours. Types as in otel_traces; an empty BodyType is a string.
    ObservedTimestamp DateTime64(9) DEFAULT Timestamp CODEC(Delta, ZSTD(1)),
    BodyType LowCardinality(String) CODEC(ZSTD(1)),
    LogAttributeTypes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    ResourceAttributeTypes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    project_id UInt32 DEFAULT toUInt32OrDefault(ResourceAttributes['tacit.project'], toUInt32(1)),
    ingested_at DateTime64(6, 'UTC') DEFAULT now64(6) CODEC(Delta, ZSTD(1)),
    expires_at DateTime('UTC') DEFAULT if(joinGet('project_retention', 'days', project_id) = 0,
        toDateTime('2106-01-01 00:00:00', 'UTC'),
        toDateTime(ingested_at, 'UTC') + toIntervalDay(joinGet('project_retention', 'days', project_id))),
    -- Many SDKs set no time of their own: then when it was first seen says when it was, and tells equal records apart.
    event_time DateTime64(9) MATERIALIZED if(toUnixTimestamp64Nano(Timestamp) = 0, ObservedTimestamp, Timestamp)
        CODEC(Delta, ZSTD(1)),
    -- Older SDKs name an event in an attribute.
    event_name LowCardinality(String) MATERIALIZED if(EventName = '', LogAttributes['event.name'], EventName)
        CODEC(ZSTD(1)),
    -- The same record sent again, its attributes in whatever order, is the same row.
    log_id UInt64 MATERIALIZED sipHash64(
        toUnixTimestamp64Nano(event_time), event_name, SeverityNumber, Body, toString(mapSort(LogAttributes))
    ) CODEC(ZSTD(1)),
    INDEX ingested_at_minmax ingested_at TYPE minmax GRANULARITY 1,
    INDEX event_time_minmax event_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ingested_at)
PARTITION BY project_id
ORDER BY (project_id, TraceId, SpanId, log_id)
TTL expires_at
-- Many small inserts come in: merging twenty parts at a time, not five, costs half the work (ADR 0024).
SETTINGS index_granularity = 1024, merge_selector_base = 20;
