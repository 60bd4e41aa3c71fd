-- Spans of some traces that looked texts up, by whichever convention: what they found as scores by document, as events, or
-- as what they gave back, which is JSON where it tells anything.
SELECT
    TraceId AS trace_id,
    SpanId AS span_id,
    ParentSpanId AS parent_span_id,
    arrayFilter(name -> match(name, '^retrieval\\.documents\\.\\d+\\.document\\.(content|id|score)$'), mapKeys(SpanAttributes)) AS names,
    arrayMap(name -> if(endsWith(name, 'score'), SpanAttributes[name], ''), names) AS scores,
    arrayFilter(
        (attributes, name) -> name = 'db.query.result', Events.Attributes, Events.Name
    ) AS results,
    arrayFirst(
        text -> text != '',
        [
            SpanAttributes['gen_ai.retrieval.documents'],
            SpanAttributes['tacit.output'],
            SpanAttributes['output.value'],
            SpanAttributes['langfuse.observation.output'],
            SpanAttributes['mlflow.spanOutputs'],
            SpanAttributes['gen_ai.completion'],
            SpanAttributes['traceloop.entity.output']
        ]
    ) AS output
FROM otel_traces FINAL
PREWHERE project_id = {project_id:UInt32} AND TraceId IN {trace_ids:Array(String)}
WHERE hasAny(
        [
            lower(SpanAttributes['openinference.span.kind']),
            lower(SpanAttributes['tacit.kind']),
            lower(SpanAttributes['langfuse.observation.type']),
            lower(SpanAttributes['langsmith.span.kind']),
            lower(trim(BOTH '"' FROM SpanAttributes['mlflow.spanType'])),
            lower(SpanAttributes['gen_ai.operation.name'])
        ],
        ['retriever', 'retrieval', 'retrieve']
    )
    OR has(Events.Name, 'db.query.result')
ORDER BY trace_id, Timestamp, span_id
