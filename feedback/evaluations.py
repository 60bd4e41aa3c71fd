"""What models and programs found of an answer: OpenTelemetry's evaluation results come in, `Feedback` goes out.

It stands beside what people said, told apart by `annotator_kind`; no evaluation counts as a thumb or an action.
Source: open-telemetry/semantic-conventions-genai, event `gen_ai.evaluation.result`.
"""

from collections.abc import Mapping

from tacit import attributes as keys

from feedback.explicit import Feedback, read_score
from tracing.conventions.shared_attributes import pick_text
from tracing.spans import AttributeValue, LogRecord, Span

EVENT = "gen_ai.evaluation.result"
NAME = "gen_ai.evaluation.name"
SCORE = "gen_ai.evaluation.score.value"
LABEL = "gen_ai.evaluation.score.label"
EXPLANATION = "gen_ai.evaluation.explanation"
RESPONSE_ID = "gen_ai.response.id"
READ = frozenset({"event.name", NAME, SCORE, LABEL, EXPLANATION, RESPONSE_ID})
SIGNS_OF_A_MODEL = (EXPLANATION, "gen_ai.request.model", "gen_ai.response.model")


def list_events(span: Span) -> list[LogRecord]:
    """The span's events as if each had come by itself."""
    return [LogRecord(span.project_id, span.trace_id, span.span_id, event) for event in span.events]


def read_evaluation(log: LogRecord) -> Feedback | None:
    """What a model or a program found of an answer, from `gen_ai.evaluation.result`; None where it is no such event.

    It is about the span that it came with, else about the response that it names. The same result sent again has the
    same identifier.
    """
    attributes = log.event.attributes
    name = pick_text(attributes, (NAME,))
    if log.event.name != EVENT or not name:
        return None
    message_id = pick_text(attributes, (keys.MESSAGE_ID, RESPONSE_ID))
    return Feedback(
        project_id=log.project_id,
        identifier=":".join(("evaluation", log.trace_id, log.span_id, message_id, name, str(log.event.time_ns))),
        name=name,
        time_ns=log.event.time_ns,
        score=read_score(attributes.get(SCORE)),
        label=pick_text(attributes, (LABEL,)),
        explanation=pick_text(attributes, (EXPLANATION,)),
        annotator_kind=find_evaluator(attributes),
        metadata=list_other_attributes(attributes),
        conversation_id=pick_text(attributes, (keys.CONVERSATION_ID,)),
        trace_id=log.trace_id,
        span_id=log.span_id,
        message_id=message_id,
    )


def find_evaluator(attributes: Mapping[str, AttributeValue]) -> str:
    """`LLM` where the result names a model or gives its reasons in words, else `CODE`. Nobody else sends these."""
    return "LLM" if pick_text(attributes, SIGNS_OF_A_MODEL) else "CODE"


def list_other_attributes(attributes: Mapping[str, AttributeValue]) -> dict[str, AttributeValue]:
    """What else an evaluation says that fits JSON."""
    return {key: value for key, value in attributes.items() if key not in READ and isinstance(value, str | bool | int)}
