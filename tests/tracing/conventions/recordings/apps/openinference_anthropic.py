import anthropic
from anthropic_talk import talk
from openinference.instrumentation.anthropic import AnthropicInstrumentor
from openinference_ids import begin
from opentelemetry_export import export

AnthropicInstrumentor().instrument(tracer_provider=export())
talk(anthropic.Anthropic(max_retries=0), begin)
