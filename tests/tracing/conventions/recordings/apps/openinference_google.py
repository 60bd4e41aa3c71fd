from google import genai
from google_dialogues import talk
from openinference.instrumentation.google_genai import GoogleGenAIInstrumentor
from openinference_ids import begin
from opentelemetry_export import export

GoogleGenAIInstrumentor().instrument(tracer_provider=export())
talk(genai.Client(), begin)
