from langchain_talk import talk
from opentelemetry.instrumentation.genai.langchain import LangChainInstrumentor
from opentelemetry_export import begin_by_root_span, export

LangChainInstrumentor().instrument(tracer_provider=export())
talk(begin_by_root_span)
