from opentelemetry.instrumentation.genai.langchain import LangChainInstrumentor
from opentelemetry_export import export
from retrieval_langchain import ask

LangChainInstrumentor().instrument(tracer_provider=export())
ask()
