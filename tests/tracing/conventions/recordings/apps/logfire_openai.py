import logfire
import openai
from openai_talk import talk
from opentelemetry_export import begin_by_root_span

logfire.configure(send_to_logfire=False, console=False, service_name="shop")
logfire.instrument_openai()
talk(openai.OpenAI(max_retries=0), begin_by_root_span)
logfire.force_flush()
