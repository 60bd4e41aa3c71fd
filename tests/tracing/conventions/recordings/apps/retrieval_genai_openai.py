from functools import partial

import openai
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry_export import export
from retrieval import talk
from retrieval_openai import answer

OpenAIInstrumentor().instrument(tracer_provider=export())
talk(partial(answer, openai.OpenAI(max_retries=0)))
