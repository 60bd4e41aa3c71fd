from langchain_talk import talk
from openinference.instrumentation.langchain import LangChainInstrumentor
from openinference_ids import begin
from opentelemetry_export import export

LangChainInstrumentor().instrument(tracer_provider=export())
talk(begin)
