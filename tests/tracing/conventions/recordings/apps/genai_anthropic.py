import anthropic
from anthropic_talk import talk
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor
from opentelemetry_export import begin_by_root_span, export

AnthropicInstrumentor().instrument(tracer_provider=export())
talk(anthropic.Anthropic(max_retries=0), begin_by_root_span)
