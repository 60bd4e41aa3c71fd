import openai
from openai_talk import talk
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry_export import begin_by_root_span, export

OpenAIInstrumentor().instrument(tracer_provider=export())
talk(openai.OpenAI(max_retries=0), begin_by_root_span)
