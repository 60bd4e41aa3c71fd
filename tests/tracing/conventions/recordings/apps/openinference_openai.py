import openai
from openai_talk import talk
from openinference.instrumentation.openai import OpenAIInstrumentor
from openinference_ids import begin
from opentelemetry_export import export

OpenAIInstrumentor().instrument(tracer_provider=export())
talk(openai.OpenAI(max_retries=0), begin)
