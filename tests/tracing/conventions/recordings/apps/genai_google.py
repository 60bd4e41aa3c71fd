from google import genai
from google_dialogues import talk
from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor
from opentelemetry_export import begin_by_root_span, export

GoogleGenAiSdkInstrumentor().instrument(tracer_provider=export())
talk(genai.Client(), begin_by_root_span)
